import NIOCore
import Testing

@testable import Gateway

@Suite("A connection ends when it must, and only then")
struct EndTests {
    @Test("a client that leaves is noticed, and what it asked behind is not run", arguments: ["FIN", "close", "RST"])
    func clientGone(way: String) async throws {
        try await TestFront.run { front in
            for path in ["/hot/never", "/hot/step", "/hot/flood"] {
                let client = try await front.client(reads: path != "/hot/flood")
                try await client.send(RequestText.get(path) + RequestText.get("/hot/echo?behind"))
                try await front.log.waitFor(.started(path, bytes: 0))
                switch way {
                case "FIN": try await client.finish()
                case "close": await client.close()
                default: try await client.reset()
                }
                try await front.log.waitFor(.gone(path))
                await client.close()
            }
            #expect(!front.log.all.contains(.began("/hot/echo?behind")))
        }
    }

    @Test("one that leaves within its body is noticed before the call has begun", arguments: ["FIN", "close", "RST"])
    func clientGoneInBody(way: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/echo", ["Content-Length: 1000"], method: "POST") + "begin")
            try await front.log.waitFor(.began("/hot/echo"))
            switch way {
            case "FIN": try await client.finish()
            case "close": await client.close()
            default: try await client.reset()
            }
            try await front.log.waitFor(.gone("/hot/echo"))
            #expect(!front.log.all.contains { if case .started = $0 { true } else { false } })
        }
    }

    @Test("one that leaves during a cold request: what it asked behind is not run", arguments: ["FIN", "RST"])
    func clientGoneCold(way: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/cold/step") + RequestText.get("/hot/echo?behind"))
            if way == "FIN" { try await client.finish() } else { try await client.reset() }
            // Another connection's answers come after whatever the first one brought about: the server has one event loop.
            let other = try await front.client()
            for round in 0..<6 {
                if round == 3 { front.gate.open() }
                try await other.send(RequestText.get("/cold/slow"))
                #expect(try await other.answer().status == 200)
            }
            #expect(!front.log.all.contains(.began("/hot/echo?behind")))
        }
    }

    @Test("FIN on an idle connection closes it", arguments: ["", "/hot/echo", "/cold"])
    func idle(path: String) async throws {
        try await TestFront.run { front in
            let client = try await front.client()
            if !path.isEmpty {
                try await client.send(RequestText.get(path))
                _ = try await client.answer()
            }
            try await client.finish()
            #expect(try await client.rest() == 0)
        }
    }

    @Test("a client that does not read is told of to the call, which holds back, and goes on when it reads")
    func backPressure() async throws {
        try await TestFront.run { front in
            let client = try await front.client(reads: false, receiveBuffer: 64 << 10)
            try await client.send(RequestText.get("/hot/flood"))
            try await front.log.waitFor(.writable("/hot/flood", false))
            try await client.startReading()
            #expect(try await client.skip(upTo: "0\r\n\r\n") > 16 << 20)
            try await client.send(RequestText.get("/hot/echo"))
            #expect(try await client.answer()["x-path"] == "/hot/echo")
            #expect(front.log.all.contains(.writable("/hot/flood", true)))
        }
    }

    @Test("one that never reads is cut off", arguments: ["/hot/flood", "/cold/big"])
    func unread(path: String) async throws {
        var limits = FrontLimits.patient
        limits.unreadAnswer = .milliseconds(300)
        try await TestFront.run(limits: limits, connections: 1) { front in
            let client = try await front.client(reads: false, receiveBuffer: 16 << 10)
            try await client.send(RequestText.get(path) + RequestText.get(path))
            // There is room for one connection: the next is served once the first has gone.
            let next = try await front.client()
            try await next.send(RequestText.get("/hot/echo"))
            #expect(try await next.answer().status == 200)
            if path == "/hot/flood" { try await front.log.waitFor(.gone(path)) }
        }
    }

    @Test("a head that does not end in time: the connection ends", arguments: ["", "GET /hot/echo HTTP/1.1\r\nHos"])
    func slowHead(part: String) async throws {
        var limits = FrontLimits.patient
        limits.firstHead = .milliseconds(200)
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            if !part.isEmpty { try await client.send(part) }
            #expect(try await client.rest() == 0)
        }
    }

    @Test("so does one that rests too long between requests", arguments: ["/hot/echo", "/cold"])
    func idleTimeout(path: String) async throws {
        var limits = FrontLimits.patient
        limits.head = .milliseconds(200)
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            try await client.send(RequestText.get(path))
            #expect(try await client.answer().status == 200)
            #expect(try await client.rest() == 0)
        }
    }

    @Test("a slow answer is no slow client")
    func slowAnswer() async throws {
        var limits = FrontLimits.patient
        (limits.firstHead, limits.head, limits.bodyPart, limits.wholeBody) = (
            .milliseconds(400), .milliseconds(400), .milliseconds(400), .milliseconds(400)
        )
        try await TestFront.run(limits: limits) { front in
            // On a loaded machine the first head may be late indeed.
            for _ in 0..<50 {
                let client = try await front.client()
                guard (try? await client.send(RequestText.get("/hot/step"))) != nil,
                    (try? await client.bytes(upTo: "first")) != nil
                else { continue }
                try await Task.sleep(for: .milliseconds(900))
                front.gate.open()
                try await client.bytes(upTo: "last")
                return
            }
            Issue.record("no request was taken")
        }
    }

    @Test("a body that pauses, or takes too long as a whole, is refused in the words of the endpoint", arguments: [true, false])
    func slowBody(pauses: Bool) async throws {
        var limits = FrontLimits.patient
        if pauses { limits.bodyPart = .milliseconds(200) } else { limits.wholeBody = .milliseconds(300) }
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/hot/echo", ["Content-Length: 1000"], method: "POST") + "begin")
            let trickle = Task {
                while !pauses, !Task.isCancelled {
                    client.push(ByteBuffer(string: "x"))
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            let answer = try await client.answer()
            #expect(answer.status == 408)
            #expect(answer["connection"] == "close")
            #expect(try await client.rest() == 0)
            trickle.cancel()
            await trickle.value
        }
    }

    @Test("a slow body of a cold request ends the connection")
    func slowColdBody() async throws {
        var limits = FrontLimits.patient
        limits.bodyPart = .milliseconds(200)
        try await TestFront.run(limits: limits) { front in
            let client = try await front.client()
            try await client.send(RequestText.get("/cold/count", ["Content-Length: 1000"], method: "POST") + "begin")
            _ = try await client.rest()
        }
    }

    @Test("a graceful shutdown closes idle connections, and lets answers in progress end", arguments: [false, true])
    func shutdown(wasCold: Bool) async throws {
        try await TestFront.run { front in
            let idle = try await front.client()
            let fresh = try await front.client()
            let busy = try await front.client()
            let cold = try await front.client()
            for client in [idle, busy] {
                try await client.send(RequestText.get(wasCold ? "/cold" : "/hot/echo"))
                #expect(try await client.answer().status == 200)
            }
            try await busy.send(RequestText.get("/hot/step"))
            try await busy.bytes(upTo: "first")
            try await cold.send(RequestText.get("/cold") + RequestText.get("/cold/step"))
            #expect(try await cold.answer().status == 200)
            await front.beginShutdown()
            #expect(try await idle.rest() == 0)
            #expect(try await fresh.rest() == 0)
            front.gate.open()
            #expect(try await cold.answer()["connection"] == "close")
            #expect(try await cold.rest() == 0)
            try await busy.bytes(upTo: "last\r\n0\r\n\r\n")
            #expect(try await busy.rest() == 0)
        }
    }

    @Test("a large answer to a slow reader is delivered to its end during a shutdown")
    func shutdownLarge() async throws {
        try await TestFront.run { front in
            let client = try await front.client(reads: false, receiveBuffer: 64 << 10)
            try await client.send(RequestText.get("/cold/big"))
            let other = try await front.client()
            try await other.send(RequestText.get("/cold/slow"))
            #expect(try await other.answer().status == 200)
            await front.beginShutdown()
            #expect(try await other.rest() == 0)
            try await client.startReading()
            #expect(try await client.answer().body.readableBytes == 2 << 20)
            #expect(try await client.rest() == 0)
        }
    }

    @Test("more connections than allowed wait until one has ended")
    func connectionCount() async throws {
        try await TestFront.run(connections: 2) { front in
            let first = try await front.client()
            let second = try await front.client()
            for client in [first, second] {
                try await client.send(RequestText.get("/hot/echo"))
                #expect(try await client.answer().status == 200)
            }
            let third = try await front.client()
            try await third.send(RequestText.get("/hot/echo?third"))
            try await first.send(RequestText.get("/hot/slow"))
            #expect(try await first.answer().status == 200)
            #expect(!front.log.all.contains(.began("/hot/echo?third")))
            await first.close()
            #expect(try await third.answer()["x-path"] == "/hot/echo?third")
        }
    }
}
