/// A bound on how long something may take. Not for the path of every call: it costs two tasks.
enum Deadline {
    private enum Finish<Value: Sendable>: Sendable {
        case value(Result<Value, LinkFault>)
        case late
    }

    /// What the body returns, or a fault once the time is over; the body is then cancelled and waited for.
    static func run<Value: Sendable>(
        for duration: Duration, _ body: @escaping @Sendable () async throws(LinkFault) -> Value
    ) async throws(LinkFault) -> Value {
        let finish = await withTaskGroup(of: Finish<Value>.self) { group in
            group.addTask {
                do throws(LinkFault) { return .value(.success(try await body())) } catch { return .value(.failure(error)) }
            }
            group.addTask {
                try? await Task.sleep(for: duration)
                return .late
            }
            let first = await group.next() ?? .late
            group.cancelAll()
            return first
        }
        switch finish {
        case .value(let result): return try result.get()
        case .late: throw LinkFault(Task.isCancelled ? .cancelled : .timedOut, "The upstream did not answer in time")
        }
    }
}
