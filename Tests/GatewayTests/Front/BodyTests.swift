import NIOCore
import Testing

@testable import Gateway

@Suite("Bodies come whole, or are refused and dropped")
struct BodyTests {
    private static let large = String(repeating: "0123456789abcdef", count: 128 << 10)

    private static func chunked(_ body: String, of size: Int) -> String {
        var text = ""
        var rest = body[...]
        while !rest.isEmpty {
            let part = rest.prefix(size)
            text += "\(String(part.utf8.count, radix: 16))\r\n\(part)\r\n"
            rest = rest.dropFirst(size)
        }
        return text + "0\r\n\r\n"
    }

    @Test("2 MB by Content-Length", arguments: ["/hot/count", "/cold/count"])
    func large(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.post(path, Self.large))
            #expect(try await client.answer().text == "\(2 << 20)")
            try await client.send(RequestText.get("/hot/echo"))
            #expect(try await client.answer().status == 200)
        }
    }

    @Test("2 MB in chunks", arguments: ["/hot/count", "/cold/count"])
    func chunks(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            let head = RequestText.get(path, ["Transfer-Encoding: chunked"], method: "POST")
            try await client.send(head + Self.chunked(Self.large, of: 10_000) + RequestText.get("/hot/echo"))
            #expect(try await client.answer().text == "\(2 << 20)")
            #expect(try await client.answer().status == 200)
        }
    }

    @Test("one in gzip is decoded before the call sees it")
    func gzip() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            let body = try #require(ContentCoding.gzip(ByteBuffer(string: "zipped")))
            try await client.send(
                RequestText.get("/hot/echo", ["Content-Encoding: gzip", "Content-Length: \(body.readableBytes)"], method: "POST"))
            try await client.send(body)
            #expect(try await client.answer().text == "zipped")
        }
    }

    @Test(
        "one in a coding that isn't known, or isn't what it says, is refused",
        arguments: [("br", 415), ("gzip", 400), ("gzip, gzip", 415)])
    func badCoding(coding: String, status: Int) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(
                RequestText.post("/hot/echo", "plain", ["Content-Encoding: \(coding)"]) + RequestText.get("/hot/echo"))
            #expect(try await client.answer().status == status)
            #expect(try await client.answer().status == 200)
        }
    }

    @Test("one that decodes beyond the limit is refused")
    func bomb() async throws {
        var limits = FrontLimits.patient
        limits.body = 100_000
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            let body = try #require(ContentCoding.gzip(ByteBuffer(repeating: 0, count: 10 << 20)))
            #expect(body.readableBytes < 100_000)
            try await client.send(
                RequestText.get("/hot/echo", ["Content-Encoding: gzip", "Content-Length: \(body.readableBytes)"], method: "POST"))
            try await client.send(body)
            #expect(try await client.answer().status == 413)
        }
    }

    @Test("a cold handler may ignore 300 kB, and the next request is found behind them")
    func ignored() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(
                RequestText.post("/cold/ignore", String(repeating: "x", count: 300_000)) + RequestText.get("/hot/echo"))
            #expect(try await client.answer().text == "ignored")
            #expect(try await client.answer()["x-path"] == "/hot/echo")
        }
    }

    @Test("Expect: 100-continue is answered before the body is sent", arguments: ["/hot/count", "/cold/count"])
    func expectation(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get(path, ["Expect: 100-continue", "Content-Length: 5"], method: "POST"))
            #expect(try await client.answer().status == 100)
            try await client.send("12345")
            let answer = try await client.answer()
            #expect(answer.text == "5")
            #expect(answer["connection"] == nil)
        }
    }

    @Test("a client that expects 100 and is refused is told that the connection ends: nobody knows whether its body comes")
    func refusedExpectation() async throws {
        var limits = FrontLimits.patient
        limits.body = 1000
        try await TestFront.run(limits: limits) { front in
            for (path, status) in [("/hot/401", 401), ("/hot/count", 413)] {
                let client = try await front.client()
                try await client.send(RequestText.get(path, ["Expect: 100-continue", "Content-Length: 5000"], method: "POST"))
                let answer = try await client.answer()
                #expect(answer.status == status)
                #expect(answer["connection"] == "close")
                #expect(try await client.rest() == 0)
            }
        }
    }

    @Test("HTTP/1.0 expects nothing")
    func oldExpectation() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            let headers = ["Expect: 100-continue", "Content-Length: 5"]
            try await client.send(RequestText.get("/hot/count", headers, version: "HTTP/1.0", method: "POST") + "12345")
            #expect(try await client.answer().text == "5")
        }
    }

    @Test("a body that says it is too large is refused at once, dropped, and the connection goes on")
    func tooLarge() async throws {
        var limits = FrontLimits.patient
        limits.body = 1000
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/echo", ["Content-Length: 300000"], method: "POST"))
            // The answer is here before the body.
            #expect(try await client.answer().status == 413)
            try await client.send(String(repeating: "x", count: 300_000) + RequestText.get("/hot/echo?2"))
            #expect(try await client.answer()["x-path"] == "/hot/echo?2")
        }
    }

    @Test("a chunked one is refused once it is too large, and dropped")
    func chunkedTooLarge() async throws {
        var limits = FrontLimits.patient
        limits.body = 1000
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            let body = Self.chunked(String(repeating: "x", count: 300_000), of: 700)
            try await client.send(
                RequestText.get("/hot/echo", ["Transfer-Encoding: chunked"], method: "POST") + body
                    + RequestText.get("/hot/echo?2"))
            #expect(try await client.answer().status == 413)
            #expect(try await client.answer()["x-path"] == "/hot/echo?2")
            #expect(!front.log.all.contains { if case .started("/hot/echo", _) = $0 { true } else { false } })
        }
    }

    @Test("beyond what is dropped the connection ends, and the answer arrives although the client goes on sending")
    func endless() async throws {
        var limits = FrontLimits.patient
        limits.body = 1000
        limits.discardedBody = 100_000
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/echo", ["Content-Length: 20000000"], method: "POST"))
            for _ in 0..<100 { client.push(ByteBuffer(repeating: 0, count: 200_000)) }
            #expect(try await client.answer().status == 413)
            #expect(try await client.rest() == 0)
        }
    }
}
