import Synchronization

/// Requests that wait for their answers on a stream which all of them share.
final class PendingAnswers: Sendable {
    private enum Slot {
        /// Being sent; the answer may be faster than that.
        case open
        case waiting(CheckedContinuation<Result<LinkAnswer, LinkFault>, Never>)
        case settled(Result<LinkAnswer, LinkFault>)
    }

    private struct Entry {
        var slot: Slot
        let clock: CallClock?
        let until: ContinuousClock.Instant
    }

    private struct State {
        var entries: [Int: Entry] = [:]
        var end: LinkFault?
    }

    private let limits: UpstreamLimits
    private let state = Mutex(State())

    init(limits: UpstreamLimits) { self.limits = limits }

    /// Sends a request and waits for its answer.
    func answer(
        to request: LinkRequest, sending send: () async throws(LinkFault) -> Void
    ) async throws(LinkFault) -> LinkAnswer {
        let until = ContinuousClock.now.advanced(by: request.lasts ? .seconds(10 * 365 * 86_400) : limits.call)
        let refusal: LinkFault? = state.withLock { state in
            if let end = state.end { return LinkFault(.notTaken, end.summary) }
            guard state.entries.count < limits.maximumCallsPerSession else {
                return LinkFault(.overloaded, "Too many calls to the upstream at once")
            }
            state.entries[request.id] = Entry(slot: .open, clock: request.clock, until: until)
            return nil
        }
        if let refusal { throw refusal }
        do {
            try await send()
        } catch {
            // The answer can't be there: what was not sent was not answered.
            state.withLock { _ = $0.entries.removeValue(forKey: request.id) }
            throw error
        }
        return try await wait(for: request.id).get()
    }

    private func wait(for id: Int) async -> Result<LinkAnswer, LinkFault> {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let settled: Result<LinkAnswer, LinkFault>? = state.withLock { state in
                    switch state.entries[id]?.slot {
                    case .open:
                        state.entries[id]?.slot = .waiting(continuation)
                        return nil
                    case .settled(let result): return result
                    case .waiting, nil: return .failure(LinkFault(.broken, "The call was given up"))
                    }
                }
                if let settled { continuation.resume(returning: settled) }
            }
        } onCancel: {
            settle(id, .failure(LinkFault(.cancelled, "The call was cancelled")))
        }
        state.withLock { _ = $0.entries.removeValue(forKey: id) }
        return result
    }

    /// The answer to a request came; false where nobody waits for it.
    @discardableResult
    func settle(_ id: Int, _ result: Result<LinkAnswer, LinkFault>) -> Bool {
        let (continuation, found): (CheckedContinuation<Result<LinkAnswer, LinkFault>, Never>?, Bool) = state.withLock { state in
            switch state.entries[id]?.slot {
            case .open:
                state.entries[id]?.slot = .settled(result)
                return (nil, true)
            case .waiting(let continuation):
                state.entries[id]?.slot = .settled(result)
                return (continuation, true)
            case .settled, nil: return (nil, false)
            }
        }
        continuation?.resume(returning: result)
        return found
    }

    /// No answer comes any more.
    func end(_ fault: LinkFault) {
        let ids = state.withLock { state in
            if state.end == nil { state.end = fault }
            return Array(state.entries.keys)
        }
        for id in ids { settle(id, .failure(fault)) }
    }

    /// Why no more requests are taken; nil as long as they are.
    var ending: LinkFault? { state.withLock { $0.end } }

    /// Gives up the requests whose time is over.
    func expire(now: ContinuousClock.Instant) {
        let overdue = state.withLock { state in
            state.entries.filter { $0.value.until <= now || ($0.value.clock?.deadline ?? $0.value.until) <= now }.map(\.key)
        }
        for id in overdue { settle(id, .failure(LinkFault(.timedOut, "The upstream did not answer in time"))) }
    }
}
