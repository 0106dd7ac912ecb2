import Testing

@testable import Gateway

@Suite("What is no HTTP is told so, after what was asked properly before it")
struct MalformedTests {
    private static let garbage = "\u{1}\u{2}garbage\r\n\r\n"

    @Test(
        "garbage first",
        arguments: ["\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/1.1\r\nno header\r\n\r\n", "GET / HTTQ/1.1\r\n\r\n"])
    func first(bytes: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(bytes)
            let answer = try await client.answer()
            #expect(answer.status == 400)
            #expect(answer["connection"] == "close")
            #expect(try await client.rest() == 0)
            #expect(front.log.all.isEmpty)
        }
    }

    @Test(
        "garbage behind requests in one write: they are answered, then it is",
        arguments: [
            ["/hot/echo"], ["/hot/slow"], ["/hot/stream"],
            ["/cold"], ["/cold/slow"], ["/hot/401"], ["/cold/slow", "/hot/slow"], ["/hot/slow", "/cold/slow"],
            ["/cold", "/hot/stream", "/cold/slow"],
            ["/hot/echo", "/hot/slow", "/hot/echo"],
        ])
    func behind(paths: [String]) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(paths.map { RequestText.get($0) }.joined() + Self.garbage)
            for path in paths {
                let answer = try await client.answer()
                #expect(answer["x-path"] == path || answer.text == path)
            }
            #expect(try await client.answer().status == 400)
            #expect(try await client.rest() == 0)
        }
    }

    @Test("a request that breaks off into garbage is not run", arguments: ["/hot/slow", "/cold/slow"])
    func half(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            let broken = RequestText.get("/hot/count?half", ["Transfer-Encoding: chunked"], method: "POST") + "3\r\nabc\r\nzz\r\n"
            try await client.send(RequestText.get(path) + broken)
            #expect(try await client.answer().status == 200)
            #expect(try await client.answer().status == 400)
            #expect(try await client.rest() == 0)
            #expect(!front.log.all.contains(.began("/hot/count?half")))
        }
    }

    @Test("chunks that are none", arguments: ["/hot/count", "/cold/count"])
    func badChunks(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get(path, ["Transfer-Encoding: chunked"], method: "POST") + "3\r\nabc\r\nzz\r\n")
            #expect(try await client.answer().status == 400)
            _ = try await client.rest()
        }
    }

    @Test("garbage behind an answer that came early does not hide it", arguments: [100, 300_000])
    func behindEarly(count: Int) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/401", ["Transfer-Encoding: chunked"], method: "POST"))
            #expect(try await client.answer().status == 401)
            try await client.send("zz\r\n" + String(repeating: "z", count: count))
            _ = try await client.rest()
        }
    }

    @Test("much garbage does not hide the answer either")
    func muchGarbage() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send("\u{1}" + String(repeating: "z", count: 3_000_000))
            #expect(try await client.answer().status == 400)
        }
    }

    @Test(
        "lengths that could be read two ways are refused",
        arguments: [
            ["Content-Length: 5", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 5"],
            ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5, 6"], ["Content-Length: +5"], ["Content-Length: -5"],
            ["Content-Length: 0x5"], ["Content-Length: 99999999999999999999"], ["Transfer-Encoding: chunked, gzip"],
            ["Transfer-Encoding: gzip"],
            ["Content-Length : 5"], ["Content-Length: 5\r\n X: y"],
        ])
    func smuggling(headers: [String]) async throws {
        try await TestFront.run { front in
            for path in ["/hot/count", "/cold/count"] {
                let client = try await front.client()
                try await client.send(
                    RequestText.get(path, headers, method: "POST") + "0\r\n\r\n" + RequestText.get("/hot/echo?hidden"))
                #expect(try await client.answer().status == 400, "\(path)")
                #expect(try await client.rest() == 0)
            }
            #expect(!front.log.all.contains(.began("/hot/echo?hidden")))
            #expect(!front.log.all.contains { if case .started = $0 { true } else { false } })
        }
    }

    @Test("heads beyond their limits are refused")
    func headLimits() async throws {
        var limits = FrontLimits.patient
        limits.headerField = 1000
        limits.headerList = 4000
        limits.headerCount = 20
        try await TestFront.run(limits: limits) { front in
            let heads: [[String]] = [
                ["X: " + String(repeating: "x", count: 2000)], (0..<10).map { "X-\($0): " + String(repeating: "x", count: 500) },
                (0..<30).map { "X-\($0): x" },
            ]
            for head in heads {
                let client = try await front.client()
                try await client.send(RequestText.get("/hot/echo", head))
                let answer = try await client.answer()
                #expect(answer.status == 431)
                #expect(answer["connection"] == "close")
            }
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/echo", ["X: " + String(repeating: "x", count: 900)]))
            #expect(try await client.answer().status == 200)
            try await client.send(RequestText.get("/hot/" + String(repeating: "x", count: 5000)))
            #expect(try await client.answer().status == 431)
            #expect(front.log.all.count == 2)
        }
    }
}
