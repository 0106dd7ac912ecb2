import Directory
import Ledger
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("A chat completion answered whole", .timeLimit(.minutes(1)))
struct WholeAnswerTests {
    @Test("The answer is passed on as it came, after the call was charged and recorded")
    func passedOn() async throws {
        let server = try await LoopbackServer { peer, _ in
            peer.json(Upstreams.answer(), headers: "X-Secret: 1\r\nSet-Cookie: a=b\r\n")
        }
        let world = try await RelayWorld([Upstreams.http(3, port: server.port)])
        let outcome = try await world.call(Requests.whole)
        #expect(outcome.status == 200)
        #expect(outcome.parts == [Upstreams.answer()])
        #expect(outcome.isEnded && !outcome.isAborted && !outcome.hasLateWrites)
        #expect(outcome.isRecordedBeforeItsEnd)
        #expect(outcome.headers.first(name: "content-type") == "application/json")
        #expect(outcome.headers.first(name: "content-length") == String(Upstreams.answer().utf8.count))
        #expect(outcome.headers.first(name: "x-request-id") != nil)
        #expect(!outcome.headers.contains(name: "x-secret") && !outcome.headers.contains(name: "set-cookie"))
        let record = try #require(outcome.record)
        #expect(record.code == 200)
        #expect(record.channelID == 3)
        #expect(record.upstreamID == "up-1")
        #expect(record.usage.input == 10 && record.usage.output == 5)
        #expect(record.amount.used.nanos == Upstreams.cost)
        #expect(record.ttfbMilliseconds == 250)
        #expect(record.retryTimes == 0 && record.retryAt == nil)
        #expect(record.clientAddress == "192.0.2.1")
        #expect(record.detail == nil)
        #expect(world.spent == Upstreams.cost)
        await server.stop()
    }

    @Test("Upstream: the channel's key and the headers that travel, none of the client's others")
    func headers() async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.head }
            peer.json(Upstreams.answer())
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)])
        _ = try await world.call(
            Requests.whole,
            headers: [
                "Authorization": "Bearer client-key", "Cookie": "c", "X-Forwarded-For": "192.0.2.9",
                "OpenAI-Organization": "org-1",
                "X-Api-Key": "client-key", "Accept-Encoding": "gzip",
            ])
        let head = seen.withLockedValue { $0 }
        #expect(head.hasPrefix("POST /v1/chat/completions HTTP/1.1\r\n"))
        for line in [
            "Authorization: Bearer upstream-key-1", "OpenAI-Organization: org-1", "Accept-Encoding: identity",
            "traceparent: 00-1-2-01",
            "Accept: application/json", "Content-Length: \(Requests.whole.utf8.count)",
        ] { #expect(head.contains("\r\n" + line), "\(line)") }
        for text in ["client-key", "Cookie", "Forwarded", "gzip"] { #expect(!head.contains(text), "\(text)") }
        await server.stop()
    }

    @Test("A model that the upstream knows by another name goes out by that, and comes back by its own")
    func renamed() async throws {
        let seen = NIOLockedValueBox("")
        let server = try await LoopbackServer { peer, request in
            seen.withLockedValue { $0 = request.body }
            peer.json(Upstreams.answer(model: "up-7b"))
        }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port) { $0.modelMapping = ["gpt": "up-7b"] }])
        let outcome = try await world.call(Requests.whole)
        #expect(seen.withLockedValue { $0 } == Requests.whole.replacing("\"gpt\"", with: "\"up-7b\""))
        #expect(outcome.body == Upstreams.answer(model: "gpt"))
        #expect(outcome.record?.model == "gpt")
        await server.stop()
    }

    @Test("Where the upstream doesn't say what was used, it is estimated and charged")
    func estimated() async throws {
        let server = try await LoopbackServer { peer, _ in peer.json(Upstreams.answer(usage: nil)) }
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)])
        let record = try #require(try await world.call(Requests.whole).record)
        #expect(
            record.usage
                == ChatUsage.estimate(inputBytes: Requests.whole.utf8.count, outputBytes: Upstreams.answer(usage: nil).utf8.count)
        )
        #expect(record.amount.used.nanos > 0)
        #expect(world.spent == record.amount.used.nanos)
        await server.stop()
    }

    @Test("A simulated channel serves without a socket; what the type of the answer is doesn't come from the upstream")
    func fake() async throws {
        let world = try await RelayWorld([Upstreams.fake(1, ["prefix": "you said "])])
        let outcome = try await world.call(Requests.whole)
        #expect(outcome.json?["choices"]?.arrayValue?.first?["message"]?["content"]?.stringValue == "you said hi there")
        #expect(outcome.record?.code == 200)
        let server = try await LoopbackServer { peer, _ in peer.answer(Upstreams.answer(), headers: "Content-Type: text/html\r\n")
        }
        let disguised = try await RelayWorld([Upstreams.http(1, port: server.port)])
        #expect(try await disguised.call(Requests.whole).headers.first(name: "content-type") == "application/json")
        await server.stop()
    }

    @Test("An answer that is larger than allowed is a bad gateway, and its upstream is left")
    func tooLarge() async throws {
        let server = try await LoopbackServer { peer, _ in peer.json(String(repeating: "x", count: 5000)) }
        var settings = RelaySettings()
        settings.maximumAnswerBytes = 4096
        let world = try await RelayWorld([Upstreams.http(1, port: server.port)], settings: settings)
        let outcome = try await world.call(Requests.whole)
        #expect(outcome.status == 502)
        #expect(outcome.errorCode == "upstream_answer_too_large")
        #expect(outcome.record?.code == 502)
        await server.events.wait(for: .closed(1))
        await server.stop()
    }

    // MARK: Refusals

    @Test(
        "A model that can't be used is a 404 that says which can; it leaves no record",
        arguments: [("gpt-9", 404), ("other", 404)])
    func unknownModel(model: String, status: UInt) async throws {
        let world = try await RelayWorld([Upstreams.fake(1)])
        let outcome = try await world.call(#"{"model":"\#(model)"}"#)
        #expect(outcome.status == status)
        #expect(outcome.errorCode == "model_not_found")
        #expect(outcome.json?["error"]?["param"]?.stringValue == "model")
        #expect(outcome.body.contains("This key may use: gpt"))
        #expect(outcome.records.isEmpty)
    }

    @Test("A body that isn't understood is a 400 and costs nothing")
    func badBody() async throws {
        let world = try await RelayWorld([Upstreams.fake(1)])
        let outcome = try await world.call(#"{"model":"gpt","stream":"yes"}"#)
        #expect(outcome.status == 400)
        #expect(outcome.json?["error"]?["param"]?.stringValue == "stream")
        #expect(outcome.records.isEmpty && world.spent == 0)
    }

    @Test("A limit refuses with when to come again, and the refusal is recorded; the headers count down")
    func rateLimit() async throws {
        let world = try await RelayWorld([Upstreams.fake(1)], model: { $0.rpm = 2 })
        #expect(try await world.call(Requests.whole).headers.first(name: "x-ratelimit-remaining-requests") == "1")
        #expect(try await world.call(Requests.whole).headers.first(name: "x-ratelimit-remaining-requests") == "0")
        let refused = try await world.call(Requests.whole)
        #expect(refused.status == 429)
        #expect(refused.headers.first(name: "retry-after").flatMap { Int($0) }.map { (1...60).contains($0) } == true)
        #expect(refused.errorCode == "rate_limit_exceeded")
        #expect(refused.record?.code == 429)
        #expect(refused.record?.amount.used == .zero)
    }

    @Test("A quota that is used up refuses with 403; one that the estimate doesn't fit into, too")
    func quota() async throws {
        let world = try await RelayWorld(
            [Upstreams.fake(1, ["usage": ["prompt_tokens": 10, "completion_tokens": 5]])],
            token: { $0.quota.lifetime.nanos = Upstreams.cost * 2 })
        #expect(
            try await world.call(Requests.whole.replacing("{\"model\"", with: "{\"max_tokens\":1000000,\"model\"")).status == 403)
        #expect(try await world.call(Requests.whole).status == 200)
        #expect(
            try await world.call(Requests.whole.replacing("{\"model\"", with: "{\"max_tokens\":2,\"n\":100,\"model\"")).status
                == 403)
        #expect(world.spent == Upstreams.cost)
        #expect(world.timeline.records.map(\.code) == [403, 200, 403])
    }

    // MARK: The journal

    @Test("Where the journal has no room a call is refused before it costs anything")
    func journalFull() async throws {
        let world = try await RelayWorld([Upstreams.fake(1)], room: 0)
        let outcome = try await world.call(Requests.whole)
        #expect(outcome.status == 503)
        #expect(outcome.errorCode == "journal_full")
        #expect(outcome.headers.contains(name: "retry-after"))
        #expect(world.spent == 0)
    }

    @Test(
        "Where its record can't be written the answer is withheld, and nothing is charged",
        arguments: [Requests.whole, Requests.stream])
    func journalFills(body: String) async throws {
        let world = try await RelayWorld([Upstreams.fake(1, ["static_text": "secret answer"])], room: 0, claimsRoom: true)
        let outcome = try await world.call(body)
        if body == Requests.whole {
            #expect(outcome.status == 503)
            #expect(outcome.errorCode == "journal_full")
            #expect(!outcome.body.contains("secret"))
        } else {
            #expect(outcome.isAborted && !outcome.isEnded)
            #expect(!outcome.body.contains("[DONE]"))
        }
        #expect(!outcome.hasLateWrites)
        #expect(world.spent == 0)
        #expect(world.timeline.records.isEmpty)
    }

    // MARK: Detail

    @Test("Bodies are kept of failures, and of all calls where the operator asks for them")
    func detail() async throws {
        var settings = RelaySettings()
        settings.requestDetailBytes = 10
        let failing = try await RelayWorld([Upstreams.failing(1, status: 500)], settings: settings)
        let failure = try await failing.call(Requests.whole).record?.detail
        #expect(failure?.requestBody == String(Requests.whole.prefix(10)))
        #expect(failure?.requestBodyIsTruncated == true)
        #expect(failure?.responseBody.contains("this channel always fails") == true)
        settings.savesAllDetail = true
        let all = try await RelayWorld([Upstreams.fake(1, ["static_text": "kept"])], settings: settings)
        #expect(try await all.call(Requests.whole).record?.detail?.responseBody.contains("kept") == true)
        #expect(try await all.call(Requests.stream).record?.detail?.responseBody.contains("kept") == true)
        let none = try await RelayWorld(
            [Upstreams.fake(1)],
            model: {
                $0.requestBodyStorageMaxSize = -1
                $0.responseBodyStorageMaxSize = -1
            }, settings: settings)
        #expect(try await none.call(Requests.whole).record?.detail?.responseBody == "")
    }
}
