import Synchronization
import Testing
import Wire

@testable import MCPServer

/// Counts, from any thread.
final class Counter: Sendable {
    private let count = Mutex(0)
    var value: Int { count.withLock { $0 } }
    @discardableResult func increment() -> Int {
        count.withLock {
            $0 += 1
            return $0
        }
    }
}

/// A door that a test opens, for any number of waiters.
final class Door: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]?>([])

    func open() {
        let waiting = self.waiting.withLock { $0.take() }
        for waiter in waiting ?? [] { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = waiting.withLock { waiting in
                waiting?.append(continuation)
                return waiting == nil
            }
            if isOpen { continuation.resume() }
        }
    }
}

let liveQuestion = PendingAsk("name", .elicit(["message": "Name?", "requestedSchema": ["type": "object"]]))

func name(in answers: [AskKey: Answer], _ key: AskKey = "name") -> String {
    switch answers[key] {
    case .result(let result)?: result["content"]?["name"]?.stringValue ?? result["action"]?.stringValue ?? ""
    case .refused?: "refused"
    case nil: "nothing"
    }
}

func said(_ text: String) -> Outcome {
    .complete(["content": [["type": "text", "text": .string(text)]]])
}

extension RecordingPort {
    /// The text of a tool's result.
    var text: String? { result?["content"]?[0]?["text"]?.stringValue }
}

/// A service that asks its client live for a name, as one of a legacy upstream does; counts how often it runs.
func greeter(runs: Counter = Counter()) -> ScriptedService {
    ScriptedService { _, context in
        runs.increment()
        let answers = try await context.ask([liveQuestion])
        return said("Hello, \(name(in: answers))")
    }
}
