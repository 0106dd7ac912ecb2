import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("Answers as bytes") struct AnswerWriterTests {
    private let writer = AnswerWriter()

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(self.writer)
        return channel
    }

    private func pieces(_ channel: EmbeddedChannel) throws -> [String] {
        var pieces: [String] = []
        while let data = try channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = data { pieces.append(String(buffer: buffer)) }
        }
        return pieces
    }

    private func head(
        _ status: HTTPResponseStatus, _ headers: HTTPHeaders = [:], version: HTTPVersion = .http1_1
    ) -> HTTPServerResponsePart {
        .head(HTTPResponseHead(version: version, status: status, headers: headers))
    }

    private func body(_ text: String) -> HTTPServerResponsePart { .body(.byteBuffer(ByteBuffer(string: text))) }

    @Test("what was written before a flush is one piece; nothing goes out before it")
    func collected() throws {
        let channel = try self.channel()
        self.writer.write(self.head(.ok, ["Content-Length": "5"]))
        self.writer.write(self.body("he"))
        self.writer.write(self.body(""))
        self.writer.write(self.body("llo"))
        self.writer.write(.end(nil))
        #expect(try self.pieces(channel) == [])
        channel.flush()
        #expect(try self.pieces(channel) == ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"])
        channel.flush()
        #expect(try self.pieces(channel) == [])
        _ = try channel.finish()
    }

    @Test("a body without length is chunked, and no empty chunk ends it early")
    func chunked() throws {
        let channel = try self.channel()
        self.writer.write(self.head(.ok, ["Transfer-Encoding": "gzip", "X": "y"]))
        self.writer.write(self.body("a"))
        self.writer.write(self.body(""))
        self.writer.write(self.body(String(repeating: "b", count: 26)))
        self.writer.write(.end(["T": "1"]))
        channel.flush()
        #expect(
            try self.pieces(channel).joined()
                == "HTTP/1.1 200 OK\r\nX: y\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n1a\r\n\(String(repeating: "b", count: 26))\r\n0\r\nT: 1\r\n\r\n"
        )
        _ = try channel.finish()
    }

    @Test(
        "the framing follows from status and version",
        arguments: [
            (HTTPResponseStatus.noContent, HTTPVersion.http1_1, "HTTP/1.1 204 No Content\r\n\r\n"),
            (.notModified, .http1_1, "HTTP/1.1 304 Not Modified\r\n\r\n"),
            (.continue, .http1_1, "HTTP/1.1 100 Continue\r\n\r\n"),
            (.ok, .http1_0, "HTTP/1.0 200 OK\r\ncontent-LENGTH: 2\r\n\r\n"),
            (.custom(code: 599, reasonPhrase: "Odd"), .http1_1, "HTTP/1.1 599 Odd\r\ncontent-LENGTH: 2\r\n\r\n"),
        ])
    func framing(status: HTTPResponseStatus, version: HTTPVersion, expected: String) throws {
        let channel = try self.channel()
        self.writer.write(self.head(status, ["content-LENGTH": "2"], version: version))
        channel.flush()
        #expect(try self.pieces(channel) == [expected])
        _ = try channel.finish()
    }

    @Test("an answer of HTTP/1.0 without length ends with the connection")
    func old() throws {
        let channel = try self.channel()
        self.writer.write(self.head(.ok, version: .http1_0))
        self.writer.write(self.body("text"))
        self.writer.write(.end(nil))
        channel.flush()
        #expect(try self.pieces(channel) == ["HTTP/1.0 200 OK\r\n\r\ntext"])
        _ = try channel.finish()
    }

    @Test("a large piece, and one that somebody waits for, keep their place")
    func order() throws {
        let channel = try self.channel()
        let large = String(repeating: "x", count: 50_000)
        self.writer.write(self.head(.ok, ["Content-Length": "50003"]))
        self.writer.write(self.body("a"))
        self.writer.write(self.body(large))
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.write(self.body("b"), promise: promise)
        self.writer.write(self.body("c"))
        let last = channel.eventLoop.makePromise(of: Void.self)
        channel.write(HTTPServerResponsePart.end(nil), promise: last)
        channel.flush()
        let pieces = try self.pieces(channel)
        #expect(pieces.joined().hasSuffix("a" + large + "bc"))
        #expect(pieces.dropFirst() == [large, "b", "c"])
        try promise.futureResult.wait()
        try last.futureResult.wait()
        _ = try channel.finish()
    }

    @Test("what is held is bounded")
    func bounded() throws {
        let channel = try self.channel()
        self.writer.write(self.head(.ok, ["Content-Length": "409600"]))
        for _ in 0..<100 { self.writer.write(self.body(String(repeating: "x", count: 4096))) }
        channel.flush()
        let pieces = try self.pieces(channel)
        #expect(pieces.count > 4 && pieces.reduce(0) { $0 + $1.count } > 409_600)
        _ = try channel.finish()
    }
}
