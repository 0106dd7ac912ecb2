internal import MCPServer
internal import NIOCore
internal import Synchronization

/// The way of an answer from wherever it is made to the event loop of its connection, in order.
final class ToolAnswer: MCPHTTPSink {
    private let call: NIOLoopBound<ToolHotCall>
    private let eventLoop: any EventLoop
    /// Parts on their way to the event loop: what is made there meanwhile has to follow them.
    private let waiting = Atomic<Int>(0)
    /// Their bytes, and how many there may be. A loop that is that far behind is stuck.
    private let waitingBytes = Atomic<Int>(0)

    init(_ call: ToolHotCall, eventLoop: any EventLoop) {
        self.call = NIOLoopBound(call, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    func whole(_ response: MCPHTTPResponse) { self.run(response.body.count) { $0.whole(response) } }

    func begin(status: Int, headers: [(name: String, value: String)]) {
        self.run(0) { $0.begin(status: status, headers: headers) }
    }

    func write(_ bytes: [UInt8]) {
        guard self.waitingBytes.load(ordering: .relaxed) <= ToolHotCall.largestBacklog else {
            return self.run(0) { $0.cut() }
        }
        self.run(bytes.count) { $0.write(bytes) }
    }

    func end() { self.run(0) { $0.end() } }

    private func run(_ size: Int, _ action: @escaping @Sendable (ToolHotCall) -> Void) {
        if self.eventLoop.inEventLoop, self.waiting.load(ordering: .acquiring) == 0 { return action(self.call.value) }
        self.waiting.add(1, ordering: .acquiringAndReleasing)
        self.waitingBytes.add(size, ordering: .relaxed)
        self.eventLoop.execute {
            action(self.call.value)
            self.waitingBytes.subtract(size, ordering: .relaxed)
            self.waiting.subtract(1, ordering: .acquiringAndReleasing)
        }
    }
}
