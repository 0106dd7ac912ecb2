internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// One request under way: between the call, which lives on its event loop, and the task that reads its answer, which may run anywhere.
final class WebExchange: UpstreamReceiver, Sendable {
    typealias HeadResult = Result<HTTPResponseHead, OutboundError>
    typealias PartResult = Result<[UInt8]?, OutboundError>

    private enum Waiter {
        case head(CheckedContinuation<HeadResult, Never>)
        case body(CheckedContinuation<PartResult, Never>)
    }

    private struct Shared {
        var state: WebExchangeState
        var waiter: Waiter?
        var head: HTTPResponseHead?
        var call: NIOLoopBound<UpstreamCall>?
        /// Whether it failed before anything of the request left.
        var failedUnsent = false
    }

    private let eventLoop: any EventLoop
    private let shared: Mutex<Shared>

    init(eventLoop: any EventLoop, highWater: Int) {
        self.eventLoop = eventLoop
        self.shared = Mutex(Shared(state: WebExchangeState(highWater: highWater)))
    }

    /// Whether it failed before anything of the request left, so that another address may be tried.
    var failedUnsent: Bool { self.shared.withLock { $0.failedUnsent } }

    // MARK: The caller

    /// Sends `request` and waits for the head of its answer. To be called once.
    func send(
        _ request: UpstreamRequest, to address: UpstreamAddress, by client: NIOLoopBound<UpstreamClient>
    ) async throws(OutboundError) -> HTTPResponseHead {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<HeadResult, Never>) in
                self.update { shared in
                    shared.waiter = .head(continuation)
                    return shared.state.awaitHead()
                }
                if self.eventLoop.inEventLoop {
                    self.start(request, to: address, by: client.value)
                } else {
                    self.eventLoop.execute { self.start(request, to: address, by: client.value) }
                }
            }
        } onCancel: {
            self.cancel()
        }
        return try result.get()
    }

    func next() async throws(OutboundError) -> [UInt8]? {
        // What is there already is handed over without another word.
        let (actions, call) = self.shared.withLock { ($0.state.poll(), $0.call) }
        if let delivery = actions.delivery {
            self.perform(actions, on: call)
            return try Self.part(of: delivery).get()
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<PartResult, Never>) in self.wait(continuation) }
        } onCancel: {
            self.cancel()
        }
        return try result.get()
    }

    private func wait(_ continuation: CheckedContinuation<PartResult, Never>) {
        let (actions, call) = self.shared.withLock { shared in
            let actions = shared.state.next()
            // Where there is an answer at once, another may be waiting already, and stays.
            if actions.delivery == nil { shared.waiter = .body(continuation) }
            return (actions, shared.call)
        }
        self.perform(actions, on: call)
        if let delivery = actions.delivery { continuation.resume(returning: Self.part(of: delivery)) }
    }

    func cancel() { self.update { $0.state.cancel() } }

    // MARK: The call, on its event loop

    func upstreamHead(_ head: HTTPResponseHead) {
        self.update { shared in
            shared.head = head
            return shared.state.headArrived()
        }
    }

    func upstreamBody(_ part: ByteBuffer) { self.update { $0.state.partArrived(part.readableBytesView) } }

    func upstreamReadComplete() { self.update { $0.state.readCompleted() } }

    func upstreamEnded() {
        self.update { shared in
            shared.call = nil
            return shared.state.ended()
        }
    }

    func upstreamFailed(_ error: OutboundError) {
        self.update { shared in
            // Before there is a call, it is connecting that failed.
            shared.failedUnsent = shared.call.map { !$0.value.wasSent } ?? true
            shared.call = nil
            return shared.state.failed(error)
        }
    }

    private func start(_ request: UpstreamRequest, to address: UpstreamAddress, by client: UpstreamClient) {
        guard !self.shared.withLock({ $0.state.isFinished }) else { return }
        let call = client.send(request, to: address, receiver: self)
        let isLate = self.shared.withLock { shared in
            if shared.state.isFinished { return true }
            shared.call = NIOLoopBound(call, eventLoop: self.eventLoop)
            return false
        }
        // Cancelled from another thread meanwhile; a call that has ended takes no notice.
        if isLate { call.cancel() }
    }

    // MARK: Actions

    /// Tells the state of an event, and does what follows once the lock is free.
    private func update(_ event: (inout Shared) -> WebExchangeState.Actions) {
        let (actions, waiter, head, call) = self.shared.withLock { shared in
            let actions = event(&shared)
            guard actions.delivery != nil else { return (actions, Waiter?.none, HTTPResponseHead?.none, shared.call) }
            defer { shared.waiter = nil }
            return (actions, shared.waiter, shared.head, shared.call)
        }
        self.perform(actions, on: call)
        guard let delivery = actions.delivery else { return }
        switch waiter {
        case .head(let continuation): continuation.resume(returning: Self.head(head, of: delivery))
        case .body(let continuation): continuation.resume(returning: Self.part(of: delivery))
        case nil: break
        }
    }

    private func perform(_ actions: WebExchangeState.Actions, on call: NIOLoopBound<UpstreamCall>?) {
        guard let call, actions.givesUp || actions.reading != nil else { return }
        let act: @Sendable () -> Void = {
            if actions.givesUp { call.value.cancel() } else { call.value.isReadingPaused = actions.reading == .pause }
        }
        if self.eventLoop.inEventLoop { act() } else { self.eventLoop.execute(act) }
    }

    private static func head(_ head: HTTPResponseHead?, of delivery: WebExchangeState.Delivery) -> HeadResult {
        if case .failure(let error) = delivery { return .failure(error) }
        return head.map { .success($0) } ?? .failure(OutboundError(.closed, "no answer came"))
    }

    private static func part(of delivery: WebExchangeState.Delivery) -> PartResult {
        switch delivery {
        case .part(let bytes): .success(bytes)
        case .failure(let error): .failure(error)
        case .head, .end: .success(nil)
        }
    }
}
