import MCPServer
import Wire

/// Tools that tell the client something before their answer, or beside it.
enum NotifyingTools {
    static func tools(_ parts: EverythingParts) -> [Tool] {
        [
            progress(parts), logging(parts), quietLogging, streaming(parts), reconnection(parts),
            trigger(
                "test_trigger_tool_change", .toolsListChanged,
                "Adds a tool and takes it away again, so that the list of tools has changed.", parts),
            trigger(
                "test_trigger_prompt_change", .promptsListChanged,
                "Adds a prompt and takes it away again, so that the list of prompts has changed.", parts),
            trigger(
                "trigger_resource_change", .resourcesListChanged,
                "Adds a resource and takes it away again, so that the list of resources has changed.", parts),
        ]
    }

    private static func progress(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "test_tool_with_progress", title: "Progress",
            description: "Reports progress three times, then answers.", inputSchema: Schema.none
        ) { call in
            for value in [0.0, 50, 100] {
                call.context.progress(Progress(value, of: 100, message: "Completed step \(Int(value)) of 100"))
                if value < 100 { try await parts.pause(.milliseconds(50)) }
            }
            return .text("Tool with progress executed")
        }
    }

    private static func logging(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "test_tool_with_logging", title: "Log entries",
            description: "Tells the log three times what it does, at level info.", inputSchema: Schema.none
        ) { call in
            call.context.log(LogEntry(.info, data: "Tool execution started"))
            try await parts.pause(.milliseconds(50))
            call.context.log(LogEntry(.info, data: "Tool processing data"))
            try await parts.pause(.milliseconds(50))
            call.context.log(LogEntry(.info, data: "Tool execution completed"))
            return .text("Tool with logging executed successfully")
        }
    }

    private static let quietLogging = Tool(
        name: "test_logging_tool", title: "Log entry on request",
        description: "Tells the log one thing, which only a client that asked for entries hears.",
        inputSchema: Schema.none
    ) { call in
        call.context.log(LogEntry(.info, logger: "everything", data: "A log entry for clients that want one"))
        return .text("Logged, for whoever asked for log entries")
    }

    private static func streaming(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "test_streaming_elicitation", title: "Answer over a stream",
            description: "Reports progress and answers; nothing but notifications comes before the answer.",
            inputSchema: Schema.none
        ) { call in
            call.context.progress(Progress(0, of: 1, message: "Working"))
            try await parts.pause(.milliseconds(20))
            call.context.progress(Progress(1, of: 1, message: "Done"))
            return .text("Streamed")
        }
    }

    /// Takes long enough for a connection to be lost and found again meanwhile.
    private static func reconnection(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "test_reconnection", title: "Answer after a while",
            description: "Answers after a second, by when a client may have reconnected.", inputSchema: Schema.none
        ) { _ in
            try await parts.pause(.seconds(1))
            return .text("Reconnection test completed successfully")
        }
    }

    /// Announced to the caller's own watchers only: one principal can't make others fetch their lists.
    private static func trigger(
        _ name: String, _ change: Change, _ description: String, _ parts: EverythingParts
    ) -> Tool {
        Tool(name: name, description: description, inputSchema: Schema.none) { call in
            parts.changes.announce(change, to: call.context.principal.id)
            return .text("The change was announced")
        }
    }
}
