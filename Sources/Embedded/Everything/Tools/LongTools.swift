import MCPServer
import Wire

/// Tools that take their time.
enum LongTools {
    static func tools(_ parts: EverythingParts) -> [Tool] {
        [longRunning(parts), withoutTotal(parts), cancellable(parts), logLevels]
    }

    private static func longRunning(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "long_running_operation", title: "Long operation",
            description: "Takes so many seconds in so many steps, and reports each.",
            inputSchema: Schema.object([
                "duration": ["type": "number", "minimum": 0, "maximum": 120, "default": 5, "description": "In seconds"],
                "steps": ["type": "integer", "minimum": 1, "maximum": 100, "default": 5],
            ])
        ) { call in
            let seconds = call.arguments["duration"]?.doubleValue ?? 5
            let steps = call.arguments["steps"]?.intValue ?? 5
            for step in 1...steps {
                try await parts.pause(.milliseconds(Int(seconds * 1000) / steps))
                call.context.progress(Progress(Double(step), of: Double(steps), message: "Step \(step) of \(steps)"))
            }
            return .text("Long running operation completed. Duration: \(seconds) seconds, Steps: \(steps).")
        }
    }

    private static func withoutTotal(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "progress_without_total", title: "Progress without an end",
            description: "Reports progress without saying where it ends.",
            inputSchema: Schema.object(["reports": ["type": "integer", "minimum": 1, "maximum": 100, "default": 5]])
        ) { call in
            let count = call.arguments["reports"]?.intValue ?? 5
            for report in 1...count {
                call.context.progress(Progress(Double(report) * 1.5))
                try await parts.pause(.milliseconds(20))
            }
            return .text("Reported \(count) times")
        }
    }

    /// Its progress also keeps the call's idle limit from ending it before the client does.
    private static func cancellable(_ parts: EverythingParts) -> Tool {
        Tool(
            name: "wait_for_cancellation", title: "Wait to be cancelled",
            description: "Waits until the call is cancelled, tells the log and counts it; see read_counts.",
            inputSchema: Schema.object(["seconds": ["type": "integer", "minimum": 1, "maximum": 300, "default": 60]])
        ) { call in
            do {
                for quarter in 1...(4 * (call.arguments["seconds"]?.intValue ?? 60)) {
                    try await parts.pause(.milliseconds(250))
                    call.context.progress(Progress(Double(quarter)))
                }
                return .text("Nobody cancelled this call")
            } catch {
                parts.memory.update(call.context.principal) { $0.cancellations += 1 }
                call.context.log(LogEntry(.warning, logger: "everything", data: "The call was cancelled"))
                throw error
            }
        }
    }

    private static let logLevels = Tool(
        name: "log_levels", title: "Every log level",
        description: "Tells the log one thing at each level; the client hears those that it asked for.",
        inputSchema: Schema.none
    ) { call in
        for level in LogLevel.allCases {
            call.context.log(
                LogEntry(
                    level, logger: "everything", data: ["message": .string("This is \(level.rawValue)"), "rank": "demo"]))
        }
        return .text("Logged at \(LogLevel.allCases.map(\.rawValue).joined(separator: ", "))")
    }
}
