import Outbound
import Synchronization
import Wire

/// A line channel between a test and a server, in memory.
final class MemoryLines: LineChannel {
    private struct State {
        var sent: [String] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let input: AsyncStream<[UInt8]>.Continuation
    /// What the server's sending waits for: a client that does not read.
    private let door: Door?

    init(blockedBy door: Door? = nil) {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        input = continuation
        self.stream = stream
        self.door = door
    }

    private let stream: AsyncStream<[UInt8]>

    // MARK: The test's side

    func write(_ line: String) { input.yield(Array(line.utf8)) }
    func write(_ json: JSON) { write(json.serialized()) }
    func endInput() { input.finish() }
    var lines: [String] { state.withLock { $0.sent } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var messages: [JSON] { lines.compactMap { try? JSON.parse(Array($0.utf8)) } }

    /// The response of that id.
    func response(_ id: JSON) -> JSON? { messages.first { $0["id"] == id && $0["method"] == nil } }

    // MARK: The server's side

    func send(_ line: [UInt8]) async throws(OutboundError) {
        await door?.wait()
        let isClosed = state.withLock {
            if !$0.isClosed { $0.sent.append(String(decoding: line, as: UTF8.self)) }
            return $0.isClosed
        }
        if isClosed { throw OutboundError(.closed, "closed") }
    }

    func next() async throws(OutboundError) -> [UInt8]? {
        // One reader: each call takes up where the last one ended.
        for await line in stream { return line }
        return nil
    }

    func close() async {
        state.withLock { $0.isClosed = true }
        input.finish()
        door?.open()
    }
}
