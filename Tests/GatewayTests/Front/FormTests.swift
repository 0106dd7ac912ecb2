import Testing

@testable import Gateway

@Suite("Answers have the form that their request asks for")
struct FormTests {
    @Test(
        "`connection: close` ends the connection after the answer; what is pipelined behind is not run",
        arguments: ["close", "Close", "close, te"])
    func close(value: String) async throws {
        try await TestFront.run { front in
            for path in [
                "/hot/echo", "/hot/slow", "/hot/stream", "/hot/401", "/cold", "/cold/slow", "/cold/stream", "/cold/big",
                "/nowhere",
            ] {
                let client = try await front.client()
                try await client.send(RequestText.get(path, ["Connection: \(value)"]) + RequestText.get("/hot/echo?behind"))
                let answer = try await client.answer()
                #expect(answer["connection"] == "close", "\(path)")
                #expect(try await client.rest() == 0, "\(path)")
            }
            #expect(!front.log.all.contains(.began("/hot/echo?behind")))
        }
    }

    @Test(
        "HTTP/1.0 without keep-alive: one answer, then the end",
        arguments: ["/hot/echo", "/hot/stream", "/cold", "/cold/stream", "/nowhere"])
    func old(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get(path, version: "HTTP/1.0"))
            let answer = try await client.answer()
            #expect(answer.version == "HTTP/1.0")
            #expect(answer["transfer-encoding"] == nil)
            #expect(answer["connection"] == "close")
            #expect(try await client.rest() == 0)
        }
    }

    @Test("HTTP/1.0 with keep-alive goes on, and is told so", arguments: ["/hot/echo", "/hot/slow", "/cold", "/nowhere"])
    func oldKeepAlive(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            for _ in 0..<3 {
                try await client.send(RequestText.get(path, ["Connection: keep-alive"], version: "HTTP/1.0"))
                let answer = try await client.answer()
                #expect(answer["connection"] == "keep-alive")
                #expect(answer["content-length"] != nil)
            }
        }
    }

    @Test(
        "an answer of unknown length to HTTP/1.0 ends with the connection, whatever the client asked",
        arguments: ["/hot/stream", "/cold/stream"])
    func oldStream(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get(path, ["Connection: keep-alive"], version: "HTTP/1.0"))
            let answer = try await client.answer()
            #expect(answer["connection"] == "close")
            #expect(answer["transfer-encoding"] == nil)
            #expect(answer.text.hasPrefix("0123456789"))
            #expect(answer.text.count.isMultiple(of: 50))
        }
    }

    @Test(
        "HEAD gets no body, neither bytes nor chunks",
        arguments: ["/hot/echo", "/hot/stream", "/hot/401", "/cold/stream", "/nowhere"])
    func head(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get(path, method: "HEAD") + RequestText.get("/hot/echo?2"))
            _ = try await client.answer(to: "HEAD")
            #expect(try await client.answer()["x-path"] == "/hot/echo?2")
        }
    }

    @Test("a stream comes in the chunks in which it was written")
    func chunks() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/stream"))
            #expect(try await client.answer().chunks == Array(repeating: 10, count: 20))
        }
    }

    @Test(
        "a foreign Host is refused, for hot paths and cold ones, and the connection goes on",
        arguments: ["/hot/echo", "/cold", "/api/status"])
    func host(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            let body = String(repeating: "x", count: 100_000)
            try await client.send(
                "POST \(path) HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 100000\r\n\r\n" + body
                    + RequestText.get("/hot/echo"))
            let answer = try await client.answer()
            #expect(answer.status == 421)
            #expect(answer["date"] != nil)
            #expect(try await client.answer().status == 200)
            #expect(!front.log.all.contains(.began(path)) || path == "/hot/echo")
            #expect(front.log.all.filter { if case .began = $0 { true } else { false } }.count == 1)
        }
    }

    @Test(
        "a request names its Host once (RFC 9112 §3.2)",
        arguments: [
            ("HTTP/1.1", [], 400), ("HTTP/1.1", ["Host: a", "Host: a"], 400), ("HTTP/1.0", ["Host: a", "Host: b"], 400),
            ("HTTP/1.0", [], 200),
        ])
    func hosts(version: String, hosts: [String], status: Int) async throws {
        try await TestFront.run { front in
            for path in ["/hot/echo", "/cold"] {
                let client = try await front.client()
                try await client.send((["GET \(path) \(version)"] + hosts).joined(separator: "\r\n") + "\r\n\r\n")
                #expect(try await client.answer().status == status)
            }
        }
    }

    @Test(
        "a request that asks to change the protocol is answered, and is the connection's last",
        arguments: ["/hot/echo", "/cold/count"])
    func upgrade(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(
                RequestText.post(
                    path, "12345", ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__"]))
            let answer = try await client.answer()
            #expect(answer.status == 200)
            #expect(answer["connection"] == "close")
            #expect(try await client.rest() == 0)
        }
    }

    @Test("an answer that fails on its way is cut, so that nobody takes it for whole")
    func broken() async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/broken"))
            try await client.bytes(upTo: "first")
            #expect(try await client.rest() == 0)
            try await front.log.waitFor(.gone("/hot/broken"))
        }
    }
}
