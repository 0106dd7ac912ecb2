import Directory
import Ledger
import NIOCore
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Another channel after a failure", .timeLimit(.minutes(1)))
struct RetryTests {
    enum Failing: String, CaseIterable, Sendable {
        case refused, status500, status429, status401, status404, timeout, cutBeforeHead, cutWithinAnswer, notJSON,
            errorWithStatus200
        case streamErrorFirst, streamCutFirst, streamEmpty, notServed, badURL, badKey

        /// Whether it shows in streams only.
        var isOfStreams: Bool { self.rawValue.hasPrefix("stream") }

        func script(_ peer: Peer) {
            switch self {
            case .refused, .timeout: break
            // Never asked.
            case .notServed, .badURL, .badKey: peer.json(Upstreams.answer())
            case .status500: peer.json(#"{"error":{"message":"broken"}}"#, status: "500 Internal Server Error")
            case .status429: peer.json(#"{"error":{"message":"slow down"}}"#, status: "429 Too Many Requests")
            case .status401: peer.json(#"{"error":{"message":"bad key"}}"#, status: "401 Unauthorized")
            case .status404: peer.json(#"{"error":{"message":"no model"}}"#, status: "404 Not Found")
            case .cutBeforeHead: peer.close()
            case .cutWithinAnswer:
                peer.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"id\"")
                peer.close()
            case .notJSON: peer.answer("<html>", headers: "Content-Type: text/html\r\n")
            case .errorWithStatus200: peer.json(#"{"error":{"message":"busy","code":502}}"#)
            case .streamErrorFirst: peer.stream([Upstreams.errorEvent, Upstreams.done])
            case .streamCutFirst:
                peer.beginStream()
                peer.close()
            case .streamEmpty: peer.stream([])
            }
        }
    }

    @Test(
        "A failure before the first byte is tried on another channel, of which the client sees nothing",
        arguments: Failing.allCases)
    func retried(_ failing: Failing) async throws {
        let server = try await LoopbackServer { peer, _ in failing.script(peer) }
        if failing == .refused { await server.stop() }
        var bad = Upstreams.http(1, port: server.port, priority: 10)
        switch failing {
        case .notServed: bad.type = 999
        case .badURL: bad.baseURL = "h/v1"
        case .badKey: bad.key = "two\r\nlines"
        default: break
        }
        var settings = RelaySettings()
        settings.answerTimeout = .milliseconds(100)
        settings.streamTimeout = .milliseconds(100)
        for body in failing.isOfStreams ? [Requests.stream] : [Requests.whole, Requests.stream] {
            let world = try await RelayWorld(
                [bad, Upstreams.fake(2, priority: -1, ["static_text": "rescued"])], settings: settings)
            let outcome = try await world.call(body)
            #expect(outcome.status == 200)
            #expect(outcome.body.contains("rescued") && !outcome.body.contains("\"error\""))
            #expect(outcome.isEnded && !outcome.hasLateWrites)
            let record = try #require(outcome.record)
            #expect(record.code == 200)
            #expect(record.channelID == 2)
            // A channel whose provider isn't known isn't asked at all.
            #expect(record.retryTimes == (failing == .notServed ? 0 : 1))
            #expect(record.retryAt == (failing == .notServed ? nil : RelayWorld.now + 250))
            #expect(record.amount.used.nanos == world.spent && world.spent > 0)
        }
        await server.stop()
    }

    @Test("A fault of the request isn't tried elsewhere, and is told in the upstream's words", arguments: [400, 413, 422, 451])
    func notRetried(status: Int) async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.json(#"{"error":{"message":"too long","type":"t","code":"c","param":"messages"}}"#, status: "\(status) No")
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1)])
        let outcome = try await world.call(Requests.whole)
        #expect(outcome.status == UInt(status))
        #expect(outcome.json?["error"]?["message"]?.stringValue?.hasPrefix("too long") == true)
        #expect(outcome.json?["error"]?["param"]?.stringValue == "messages")
        #expect(outcome.errorCode == "c")
        let record = try #require(outcome.record)
        #expect(record.code == Int64(status) && record.retryTimes == 0 && record.channelID == 1)
        #expect(record.content == "c: too long")
        #expect(world.spent == 0)
        await server.stop()
    }

    @Test("A refusal that is cut keeps its status: it isn't sent elsewhere for that")
    func cutRefusal() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{\"error\"")
            peer.close()
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1)])
        #expect(try await world.call(Requests.whole).status == 400)
        await server.stop()
    }

    @Test("An error's body without end is read only as far as is useful")
    func endlessError() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.write("HTTP/1.1 500 Broken\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<20 { peer.event(String(repeating: "x", count: 8192)) }
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)])
        let outcome = try await world.call(Requests.whole)
        #expect(outcome.status == 502)
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    @Test(
        "Where all channels fail the last failure is told, and one record made",
        arguments: [(500, 502), (429, 429), (400, 400), (503, 503)] as [(Int, UInt)])
    func allFail(last: Int, told: UInt) async throws {
        let world = try await RelayWorld([
            Upstreams.failing(1, status: 504, priority: 5), Upstreams.failing(2, status: 504, priority: 5),
            Upstreams.failing(3, status: last, priority: -1),
        ])
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.status == told)
        #expect(outcome.isEnded)
        let record = try #require(outcome.record)
        #expect(record.code == Int64(told) && record.retryTimes == 2 && record.channelID == 3)
        #expect(world.spent == 0)
        #expect(outcome.isRecordedBeforeItsEnd)
    }

    @Test("No more attempts are made than the model's configuration, or the operator, allows")
    func bounded() async throws {
        let channels = (1...6).map { Upstreams.failing($0, status: 500) }
        let ofModel = try await RelayWorld(channels, model: { $0.retryTimes = 2 })
        #expect(try await ofModel.call(Requests.whole).record?.retryTimes == 2)
        var settings = RelaySettings()
        settings.retryTimes = 0
        let none = try await RelayWorld(channels, model: { $0.retryTimes = 0 }, settings: settings)
        #expect(try await none.call(Requests.whole).record?.retryTimes == 0)
        let absurd = try await RelayWorld(channels, model: { $0.retryTimes = .max })
        // Until the error rate of each, which counts from ten calls on, says that it is of no use.
        #expect(try await absurd.call(Requests.whole).record?.retryTimes == 59)
    }

    @Test("Once something was sent, nothing is tried elsewhere")
    func afterFirstByte() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.beginStream()
            peer.event(Upstreams.delta("a"))
            peer.close()
        }
        let world = try await RelayWorld([
            Upstreams.http(1, port: server.port, priority: 10), Upstreams.fake(2, priority: -1, ["static_text": "rescued"]),
        ])
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.isAborted && !outcome.body.contains("rescued"))
        #expect(outcome.record?.retryTimes == 0)
        await server.stop()
    }

    @Test("A trial of a channel tells what came of it, and is neither charged nor recorded")
    func probe() async throws {
        let server = try await LoopbackServer { peer, _ in peer.json(String(repeating: "x", count: 100_000), status: "418 Teapot")
        }
        let world = try await RelayWorld([Upstreams.fake(1)])
        let good = try await world.probe(Upstreams.fake(1, ["static_text": "fine"]))
        #expect(good.isSuccess && good.code == 200 && good.response.contains("fine") && good.upstreamModel == "gpt")
        let failing = try await world.probe(Upstreams.failing(2, status: 503))
        #expect(!failing.isSuccess && failing.code == 503)
        let large = try await world.probe(Upstreams.http(3, port: server.port) { $0.modelMapping = ["gpt": "up"] })
        #expect(!large.isSuccess && large.code == 418 && large.response.utf8.count == 4096 && large.upstreamModel == "up")
        await server.stop()
        let refused = try await world.probe(Upstreams.http(3, port: server.port))
        #expect(!refused.isSuccess && refused.code == 0 && refused.response.contains("no connection"))
        var unknown = Upstreams.fake(4)
        unknown.type = 999
        #expect(try await world.probe(unknown).response == "channel type 999 is not served yet")
        #expect(world.timeline.records.isEmpty && world.spent == 0)
    }
}
