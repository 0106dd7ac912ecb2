import MCPServer
import Wire

/// Tools that change something here, for their own principal only.
enum StateTools {
    static func tools(_ parts: EverythingParts) -> [Tool] { [touch(parts), countUp(parts), readCounts(parts)] }

    private static func touch(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "touch_watched_resource", title: "Touch the watched resource",
            description: "Changes \(EverythingResources.watchedURI), and tells whoever subscribed to it.",
            inputSchema: Schema.none, annotations: Tool.Annotations(readOnly: false, destructive: false, openWorld: false)
        ) { call in
            let counts = parts.memory.update(call.context.principal) { $0.touches += 1 }
            parts.changes.announce(
                .resourceUpdated(["uri": .string(EverythingResources.watchedURI)]), to: call.context.principal.id)
            return .text("Touched \(counts.touches) times")
        }
    }

    /// Shows whether a call ran twice.
    private static func countUp(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "count_up", title: "Count up", description: "Counts its own executions. Repeating it is noticed.",
            inputSchema: Schema.none, outputSchema: Schema.object(["executions": ["type": "integer"]], required: ["executions"]),
            annotations: Tool.Annotations(readOnly: false, destructive: false, idempotent: false, openWorld: false)
        ) { call in
            .structured(["executions": .integer(parts.memory.update(call.context.principal) { $0.executions += 1 }.executions)])
        }
    }

    private static func readCounts(_ parts: EverythingParts) -> Tool {
        let names = ["touches", "executions", "cancellations"]
        return Tool(
            name: "read_counts", title: "Read the counts",
            description: "Says how often you touched the watched resource, counted up and cancelled.",
            inputSchema: Schema.none,
            outputSchema: Schema.object(JSONObject(names.map { ($0, ["type": "integer"]) }), required: names),
            annotations: Tool.Annotations(readOnly: true, destructive: false, idempotent: true, openWorld: false)
        ) { call in
            let counts = parts.memory[call.context.principal]
            return .structured([
                "touches": .integer(counts.touches), "executions": .integer(counts.executions),
                "cancellations": .integer(counts.cancellations),
            ])
        }
    }
}
