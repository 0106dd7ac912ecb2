import Directory
import Ledger
import NIOCore
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("Whatever happens to a call", .timeLimit(.minutes(2)))
struct OutcomePropertyTests {
    @Test(
        "it leaves exactly one record, made before its end, and is charged what the record says",
        arguments: [1, 2, 3, 4] as [UInt64])
    func mixed(seed: UInt64) async throws {
        // What the upstream does is drawn from the request: a number in its `user`.
        let server = try await LoopbackServer { peer, request in
            let digits = request.body.split(separator: "draw-").last?.prefix(while: \.isNumber) ?? ""
            var random = SeededGenerator(seed: UInt64(digits) ?? 0)
            Self.misbehave(peer, isStreamed: request.body.contains("\"stream\":true"), using: &random)
        }
        var random = SeededGenerator(seed: seed)
        var settings = RelaySettings()
        settings.answerTimeout = .milliseconds(300)
        settings.streamTimeout = .milliseconds(300)
        settings.idleTimeout = .milliseconds(300)
        let world = try await RelayWorld(
            [
                Upstreams.http(1, port: server.port, priority: 10), Upstreams.http(2, port: server.port, priority: 10),
                Upstreams.failing(3, status: 503, priority: 5), Upstreams.fake(4, priority: 1),
            ],
            model: { $0.retryTimes = 2 }, settings: settings)
        var calls: [(ClientCall, leaves: Bool)] = []
        for _ in 0..<40 {
            let draw = UInt64.random(in: 0..<1_000_000, using: &random)
            let body = Bool.random(using: &random) ? Requests.whole : Requests.stream
            let call = try await world.start(body.replacing("{\"model\"", with: "{\"user\":\"draw-\(draw)\",\"model\""))
            let leaves = Int.random(in: 0..<5, using: &random) == 0
            if leaves { try await call.leave() }
            calls.append((call, leaves))
        }
        for (call, leaves) in calls {
            let outcome = leaves ? call.soFar : try await call.outcome()
            let record = try #require(outcome.record, "exactly one record")
            #expect(!outcome.hasLateWrites)
            // One that leaves may have got its whole answer just before.
            if !leaves || outcome.isEnded || outcome.isAborted {
                #expect(outcome.isEnded != outcome.isAborted)
                #expect(outcome.isRecordedBeforeItsEnd)
                // A stream that broke was begun as a success; everything else ends as it is recorded.
                #expect(
                    outcome.isAborted ? outcome.status == 200 && record.code >= 500 : Int64(outcome.status ?? 0) == record.code)
                #expect(record.code != 200 || record.amount.used.nanos > 0)
            } else {
                #expect(record.code == 499)
            }
        }
        #expect(world.timeline.records.count == calls.count)
        #expect(world.timeline.records.reduce(0) { $0 + $1.amount.used.nanos } == world.spent)
        await server.stop()
    }

    private static func misbehave(_ peer: Peer, isStreamed: Bool, using random: inout SeededGenerator) {
        let pieces = (0..<Int.random(in: 0..<6, using: &random)).map { Upstreams.delta("p\($0)") }
        switch Int.random(in: 0..<12, using: &random) {
        case 0: peer.close()
        case 1: peer.json("{}", status: "500 Broken")
        case 2: peer.json("{}", status: "400 Bad Request")
        case 3: peer.json("{}", status: "429 Slow Down", headers: "Retry-After: 1\r\nConnection: close\r\n")
        case 4: peer.write("nonsense\r\n\r\n")
        case 5: break
        case 6 where isStreamed:
            peer.beginStream()
            for piece in pieces { peer.event(piece) }
            peer.close()
        case 7 where isStreamed: peer.stream(pieces + [Upstreams.errorEvent])
        case 8 where isStreamed:
            peer.beginStream()
            for piece in pieces { peer.event(piece) }
        case _ where isStreamed:
            peer.stream(pieces + (Bool.random(using: &random) ? [Upstreams.usageEvent] : []) + [Upstreams.done])
        default: peer.json(Upstreams.answer(usage: Bool.random(using: &random) ? Upstreams.usage : nil))
        }
    }
}
