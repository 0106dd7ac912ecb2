import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

@Suite("Small pieces of an answer go out as one") struct WriteCollectorTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(WriteCollector())
        return channel
    }

    private func pieces(_ channel: EmbeddedChannel) throws -> [String] {
        var pieces: [String] = []
        while let data = try channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = data { pieces.append(String(buffer: buffer)) }
        }
        return pieces
    }

    private func write(_ text: String, to channel: EmbeddedChannel, promise: EventLoopPromise<Void>? = nil) {
        channel.write(IOData.byteBuffer(ByteBuffer(string: text)), promise: promise)
    }

    @Test("what was written before a flush is one piece; nothing goes out before it")
    func collected() throws {
        let channel = try self.channel()
        for text in ["head", "", "5\r\n", "chunk", "\r\n"] { self.write(text, to: channel) }
        #expect(try self.pieces(channel) == [])
        channel.flush()
        #expect(try self.pieces(channel) == ["head5\r\nchunk\r\n"])
        channel.flush()
        #expect(try self.pieces(channel) == [])
        _ = try channel.finish()
    }

    @Test("a large piece, and one that somebody waits for, keep their place")
    func order() throws {
        let channel = try self.channel()
        let large = String(repeating: "x", count: 50_000)
        self.write("a", to: channel)
        self.write(large, to: channel)
        self.write("b", to: channel)
        let promise = channel.eventLoop.makePromise(of: Void.self)
        self.write("c", to: channel, promise: promise)
        self.write("d", to: channel)
        channel.flush()
        #expect(try self.pieces(channel) == ["a", large, "b", "c", "d"])
        try promise.futureResult.wait()
        _ = try channel.finish()
    }

    @Test("what is held is bounded")
    func bounded() throws {
        let channel = try self.channel()
        for _ in 0..<100 { self.write(String(repeating: "x", count: 4096), to: channel) }
        channel.flush()
        let pieces = try self.pieces(channel)
        #expect(pieces.count > 4 && pieces.reduce(0) { $0 + $1.count } == 409_600)
        _ = try channel.finish()
    }
}
