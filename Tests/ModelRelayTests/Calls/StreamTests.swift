import Directory
import Ledger
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("A chat completion streamed", .timeLimit(.minutes(1)))
struct StreamTests {
    private func world(
        settings: RelaySettings = RelaySettings(), _ script: @escaping @Sendable (Peer) -> Void
    ) async throws -> (RelayWorld, LoopbackServer) {
        let server = try await LoopbackServer { peer, _ in script(peer) }
        return (try await RelayWorld([Upstreams.http(1, port: server.port)], settings: settings), server)
    }

    @Test("Events are passed on as they came; the usage that was only asked for by us isn't; the record is made before `[DONE]`")
    func passedOn() async throws {
        let (world, server) = try await self.world {
            $0.stream([": hi\n\n", Upstreams.delta("a"), Upstreams.delta("b"), Upstreams.usageEvent, Upstreams.done])
        }
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.status == 200)
        #expect(outcome.headers.first(name: "content-type") == "text/event-stream")
        #expect(outcome.headers.first(name: "cache-control") == "no-cache")
        #expect(outcome.body == ": hi\n\n" + Upstreams.delta("a") + Upstreams.delta("b") + Upstreams.done)
        #expect(outcome.parts.last == Upstreams.done)
        #expect(outcome.isEnded && !outcome.isAborted && !outcome.hasLateWrites)
        #expect(outcome.isRecordedBeforeItsEnd)
        let record = try #require(outcome.record)
        #expect(record.code == 200)
        #expect(record.usage.total == 15)
        #expect(record.upstreamID == "up-1")
        #expect(world.spent == Upstreams.cost)
        await server.stop()
    }

    @Test("The connection can be used again after `[DONE]`")
    func reuse() async throws {
        let (world, server) = try await self.world { peer in peer.stream([Upstreams.delta("\(peer.number)"), Upstreams.done]) }
        for _ in 1...3 { #expect(try await world.call(Requests.stream).body.contains("\"1\"")) }
        await server.stop()
    }

    @Test("A client that asks for the usage gets it")
    func usage() async throws {
        let (world, server) = try await self.world { $0.stream([Upstreams.delta("a"), Upstreams.usageEvent, Upstreams.done]) }
        let outcome = try await world.call(Requests.streamWithUsage)
        #expect(outcome.body == Upstreams.delta("a") + Upstreams.usageEvent + Upstreams.done)
        await server.stop()
    }

    @Test("A stream without usage is estimated and charged")
    func estimated() async throws {
        let (world, server) = try await self.world { $0.stream([Upstreams.delta("a"), Upstreams.done]) }
        let record = try #require(try await world.call(Requests.stream).record)
        #expect(record.usage.input == Int64((Requests.stream.utf8.count + 3) / 4))
        #expect(record.usage.output > 0)
        #expect(world.spent == record.amount.used.nanos && world.spent > 0)
        await server.stop()
    }

    @Test("A proper end without `[DONE]` is an end; the blank line behind it may be missing")
    func ends() async throws {
        let (world, server) = try await self.world { $0.stream([Upstreams.delta("a")]) }
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.body == Upstreams.delta("a"))
        #expect(outcome.isEnded && outcome.record?.code == 200)
        await server.stop()
        let (other, second) = try await self.world { $0.stream([Upstreams.delta("a"), "data: [DONE]"]) }
        #expect(try await other.call(Requests.stream).body == Upstreams.delta("a") + Upstreams.done)
        await second.stop()
    }

    @Test("Chunks have the name that the client asked for")
    func renamed() async throws {
        let server = try await LoopbackServer { peer, _ in peer.stream([Upstreams.delta("a", model: "up"), Upstreams.done]) }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port) { $0.modelMapping = ["gpt": "up"] }])
        #expect(try await world.call(Requests.stream).body == Upstreams.delta("a") + Upstreams.done)
        await server.stop()
    }

    @Test("An upstream that doesn't stream is answered whole")
    func whole() async throws {
        let (world, server) = try await self.world { $0.json(Upstreams.answer()) }
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.body == Upstreams.answer())
        #expect(outcome.record?.usage.total == 15)
        await server.stop()
    }

    enum Cut: String, CaseIterable, Sendable {
        case chunkedTransfer, middleOfEvent, errorEvent, withoutLength, tooLargeEvent
    }

    @Test("A stream that breaks is an error in the stream, and is charged as delivered", arguments: Cut.allCases)
    func cut(_ cut: Cut) async throws {
        var settings = RelaySettings()
        settings.maximumEventBytes = 2000
        let (world, server) = try await self.world(settings: settings) { peer in
            switch cut {
            case .chunkedTransfer:
                peer.beginStream()
                peer.event(Upstreams.delta("a"))
                peer.close()
            case .middleOfEvent: peer.stream([Upstreams.delta("a"), "data: {\"id\""])
            case .errorEvent: peer.stream([Upstreams.delta("a"), Upstreams.errorEvent, Upstreams.delta("b"), Upstreams.done])
            case .withoutLength:
                peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + Upstreams.delta("a"))
                peer.close()
            case .tooLargeEvent:
                peer.beginStream()
                peer.event(Upstreams.delta("a"))
                peer.event("data: " + String(repeating: "x", count: 5000))
            }
        }
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.status == 200)
        #expect(outcome.isAborted && !outcome.isEnded && !outcome.hasLateWrites)
        #expect(!outcome.body.contains("[DONE]") && !outcome.body.contains("\"b\""))
        // The tail is an event of its own, which says what happened in OpenAI's words.
        let last = try #require(outcome.parts.last)
        #expect(last.hasPrefix("data: {\"error\":") && last.hasSuffix("}\n\n"))
        if cut != .tooLargeEvent || outcome.parts.count > 1 { #expect(outcome.body.hasPrefix(Upstreams.delta("a"))) }
        #expect(outcome.isRecordedBeforeItsEnd)
        let record = try #require(outcome.record)
        #expect(record.code == 502)
        #expect(!record.content.isEmpty)
        #expect(record.usage.output > 0)
        #expect(record.detail != nil)
        #expect(world.spent == record.amount.used.nanos && world.spent > 0)
        await server.stop()
    }

    @Test("A connection that ends a stream without a length is its end once the usage came")
    func endsWithConnection() async throws {
        let (world, server) = try await self.world { peer in
            peer.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + Upstreams.delta("a") + Upstreams.usageEvent)
            peer.close()
        }
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.isEnded && outcome.record?.code == 200)
        await server.stop()
    }

    @Test("An upstream that falls silent is left, and the client told")
    func silence() async throws {
        var settings = RelaySettings()
        settings.idleTimeout = .milliseconds(100)
        let (world, server) = try await self.world(settings: settings) { $0.stream([Upstreams.delta("a")], isEnded: false) }
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.isAborted)
        #expect(outcome.parts.last?.contains("upstream_timeout") == true)
        #expect(outcome.record?.code == 504)
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    // MARK: Slow clients

    @Test("While the client is slow the simulator waits; afterwards the rest comes, once and in order")
    func slowClient() async throws {
        let text = String(repeating: "0123456789", count: 20)
        let world = try await RelayWorld([Upstreams.fake(1, ["static_text": .string(text), "stream_chunk_size": 10])])
        let call = try await world.start(Requests.stream) { sink in
            sink.onBody = { [unowned sink] text in if text.contains("0123456789") { sink.isWritable = false } }
        }
        for index in 1...20 {
            // Held after each piece that the client took, and that piece was flushed.
            while call.soFar.parts.filter({ $0.contains("0123456789") }).count < index {
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(try await call.done.eventLoop.submit { call.sink.value.unflushed }.get() == 0)
            #expect(call.soFar.parts.filter { $0.contains("0123456789") }.count == index)
            try await call.setWritable(true)
        }
        let outcome = try await call.outcome()
        #expect(outcome.isEnded && outcome.parts.last == Upstreams.done)
        #expect(outcome.records.count == 1)
    }

    @Test("A client that is slow at the end doesn't keep the upstream's connection")
    func slowAtTheEnd() async throws {
        let peer = NIOLockedValueBox<Peer?>(nil)
        let server = try await LoopbackServer { new, _ in
            new.stream([Upstreams.delta("a") + Upstreams.done], isEnded: false)
            peer.withLockedValue { $0 = new }
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)])
        let call = try await world.start(Requests.stream) { $0.isWritable = false }
        #expect(try await call.outcome().isEnded)
        peer.withLockedValue { $0 }?.endStream()
        var isFree = false
        for _ in 0..<1000 where !isFree {
            isFree = try await world.idleConnections(port: server.port) == 1
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(isFree, "the end of the transfer is read although the client takes nothing")
        await server.stop()
    }

    @Test("An upstream that goes on after `[DONE]` is left")
    func endless() async throws {
        let (world, server) = try await self.world { peer in
            peer.beginStream()
            peer.event(Upstreams.done)
            peer.channel.eventLoop.scheduleTask(in: .milliseconds(50)) { peer.event(Upstreams.delta("more")) }
        }
        let outcome = try await world.call(Requests.stream)
        #expect(outcome.body == Upstreams.done)
        await server.events.wait(for: .closed(1))
        #expect(world.timeline.events(of: outcome.records[0].requestID).count == 4, "head, record, `[DONE]`, end")
        await server.stop()
    }
}
