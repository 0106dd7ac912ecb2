import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Outbound

@Suite("A request is written as bytes") struct RequestWriterTests {
    /// What goes out for a head and a body, piece by piece.
    private func pieces(_ head: HTTPRequestHead, body: ByteBuffer?) throws -> [String] {
        let channel = EmbeddedChannel()
        let writer = RequestWriter()
        try channel.pipeline.syncOperations.addHandler(writer)
        writer.body = body
        try channel.writeOutbound(HTTPClientRequestPart.head(head))
        var pieces: [String] = []
        while let data = try channel.readOutbound(as: IOData.self) {
            if case .byteBuffer(let buffer) = data { pieces.append(String(buffer: buffer)) }
        }
        _ = try channel.finish()
        return pieces
    }

    private let head = HTTPRequestHead(
        version: .http1_1, method: .POST, uri: "/v1/x?y=1", headers: ["Host": "h", "Content-Length": "2"])

    @Test("request line, headers in their order, a blank line, and a small body in the same piece")
    func small() throws {
        #expect(
            try self.pieces(self.head, body: ByteBuffer(string: "{}"))
                == ["POST /v1/x?y=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"])
    }

    @Test("no body, no more than the head", arguments: [nil, ByteBuffer()])
    func none(body: ByteBuffer?) throws {
        #expect(try self.pieces(self.head, body: body).map { $0.hasSuffix("\r\n\r\n") } == [true])
    }

    @Test("a large body goes out as it is, behind the head")
    func large() throws {
        let text = String(repeating: "x", count: 100_000)
        let pieces = try self.pieces(self.head, body: ByteBuffer(string: text))
        #expect(pieces.count == 2)
        #expect(pieces.last == text)
    }

    @Test("a body belongs to one request")
    func once() throws {
        let channel = EmbeddedChannel()
        let writer = RequestWriter()
        try channel.pipeline.syncOperations.addHandler(writer)
        writer.body = ByteBuffer(string: "{}")
        try channel.writeOutbound(HTTPClientRequestPart.head(self.head))
        #expect(writer.body == nil)
        _ = try channel.finish()
    }
}
