import NIOCore
import NIOHTTP1
import Outbound
import Testing
import Wire

@testable import ModelRelay

@Suite("Simulated failures")
struct SimulatedFailureTests {
    private static let talking: [WireFormat] = [.chatCompletions, .completions, .responses, .messages, .generateContent]

    private func run(
        _ configuration: JSON, _ format: WireFormat = .chatCompletions, isStreamed: Bool = false, most: Int = 20_000
    ) throws -> Simulations.Outcome {
        let body = try Simulations.body(Simulations.conversation("tell me a long story"), format, isStreamed: isStreamed)
        return try Simulations.run(
            .init(failing: try Simulations.request(format, body, isStreamed: isStreamed), configuration), most: most)
    }

    @Test("The contract's members name status, message and code, each dialect in its words")
    func status() throws {
        let configuration: JSON = ["error_status_code": 503, "error_message": "away", "error_code": "gone_fishing"]
        let openAI = try self.run(configuration)
        #expect(openAI.head?.status == .serviceUnavailable && openAI.ending == .end)
        let error = try JSON.parse(openAI.bytes)["error"]
        #expect(error?["message"] == "away" && error?["code"] == "gone_fishing" && error?["type"] == "fake_error")
        let anthropic = try JSON.parse(self.run(configuration, .messages).bytes)
        #expect(anthropic == ["type": "error", "error": ["type": "overloaded_error", "message": "away"]])
        let gemini = try JSON.parse(self.run(configuration, .generateContent).bytes)
        #expect(gemini == ["error": ["code": 503, "message": "away", "status": "UNAVAILABLE"]])
    }

    @Test(
        "Without configuration it is a 500; what is no failure's status too",
        arguments: [[:], ["error_status_code": 200]] as [JSON])
    func fallback(configuration: JSON) throws {
        #expect(try self.run(configuration).head?.status == .internalServerError)
    }

    @Test("A mode that there isn't is told")
    func unknown() throws {
        let outcome = try self.run(["mode": "hung"])
        #expect(outcome.head?.status == .internalServerError)
        #expect(try JSON.parse(outcome.bytes)["error"]?["code"] == "invalid_mode")
    }

    @Test("Too many requests come with the time to wait")
    func rateLimit() throws {
        let outcome = try self.run(["mode": "rate-limit", "retry_after": 17])
        #expect(outcome.head?.status == .tooManyRequests && outcome.head?.headers["retry-after"] == ["17"])
        #expect(try JSON.parse(outcome.bytes)["error"]?["code"] == "rate_limit_exceeded")
    }

    @Test(
        "What comes to no head",
        arguments: [
            (["mode": "refuse"], .fail(.connect)), (["mode": "reset", "after": "nothing"], .fail(.closed)),
            (["mode": "hang"], .hang),
        ] as [(JSON, Simulations.Outcome.Ending)], [false, true])
    func noHead(failing: (configuration: JSON, ending: Simulations.Outcome.Ending), isStreamed: Bool) throws {
        let outcome = try self.run(failing.configuration, isStreamed: isStreamed)
        #expect(outcome.head == nil && outcome.parts.isEmpty && outcome.ending == failing.ending)
    }

    @Test(
        "An answer that stops in its middle: after so many events, or half of it",
        arguments: [
            (["mode": "reset"], .fail(.closed)), (["mode": "cut"], .end), (["mode": "hang-in-stream"], .hang),
        ] as [(JSON, Simulations.Outcome.Ending)], talking)
    func middle(failing: (configuration: JSON, ending: Simulations.Outcome.Ending), format: WireFormat) throws {
        let whole = try self.run(failing.configuration, format)
        #expect(whole.head?.status == .ok && whole.ending == failing.ending)
        #expect(!whole.bytes.isEmpty && (try? JSON.parse(whole.bytes)) == nil)

        for events in [0, 1, 3] {
            var configuration = failing.configuration
            configuration["events"] = .integer(events)
            let stream = try self.run(configuration, format, isStreamed: true)
            #expect(stream.head?.status == .ok && stream.ending == failing.ending && stream.parts.count <= events)
            #expect(stream.parts.count == events || events == 3)
            #expect(throws: FormatFault.self) { try stream.answer(format) }
        }
    }

    @Test("A connection may be reset right behind the head")
    func resetAfterHead() throws {
        let outcome = try self.run(["mode": "reset", "after": "head"], isStreamed: true)
        #expect(outcome.head?.status == .ok && outcome.parts.isEmpty && outcome.ending == .fail(.closed))
    }

    @Test("A failure within a good answer is read as one, with its message", arguments: talking)
    func inBand(format: WireFormat) throws {
        let configuration: JSON = ["mode": "in-band-error", "error_message": "the model fell over", "events": 2]
        for isStreamed in [false, true] {
            let outcome = try self.run(configuration, format, isStreamed: isStreamed)
            #expect(outcome.head?.status == .ok && outcome.ending == .end)
            let fault = #expect(throws: FormatFault.self) { try outcome.answer(format) }
            #expect(fault?.told != nil && fault?.description.contains("the model fell over") == true, "\(fault as Any)")
        }
    }

    @Test("Garbage, pages and nothing at all are no answers", arguments: ["garbage", "wrong-type", "empty"], talking)
    func nonsense(mode: String, format: WireFormat) throws {
        for isStreamed in [false, true] {
            let outcome = try self.run(["mode": .string(mode)], format, isStreamed: isStreamed)
            #expect(outcome.head?.status == .ok && outcome.ending == .end && outcome.bytes.isEmpty == (mode == "empty"))
            #expect((outcome.head?.headers.first(name: "content-type") == "text/html; charset=utf-8") == (mode == "wrong-type"))
            if mode != "wrong-type" || !isStreamed { #expect(throws: (any Error).self) { try outcome.answer(format) } }
        }
    }

    @Test("A body without end begins like an answer and takes no memory", arguments: ["endless", "endless-event"], talking)
    func endless(mode: String, format: WireFormat) throws {
        for isStreamed in [false, true] {
            let outcome = try self.run(["mode": .string(mode)], format, isStreamed: isStreamed, most: 200)
            #expect(outcome.head?.status == .ok && outcome.ending == .unended && outcome.parts.count == 200)
            #expect(outcome.parts.allSatisfy { $0.count < 8192 } && outcome.parts[1] == outcome.parts[199])
            #expect((try? JSON.parse(outcome.bytes)) == nil)
            #expect(outcome.bytes.count > 200_000)
            // Each repetition is an event of its own, or none is.
            let isFramed = isStreamed && mode == "endless"
            #expect(outcome.parts[100].suffix(2).allSatisfy { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } == isFramed)
        }
    }

    @Test("A body may be of an exact length, however great")
    func length() throws {
        let outcome = try self.run(["mode": "endless", "body_bytes": 100_000])
        #expect(outcome.bytes.count == 100_000 && outcome.ending == .end)
        var script = AnswerScript(
            failing: try Simulations.request(.chatCompletions, ["model": "m"]), ["mode": "endless", "body_bytes": 10_737_418_240])
        var count = 0
        reading: while true {
            switch script.next() {
            case .part(let bytes): count += bytes.count
            case .end, .fail, .hang: break reading
            case .wait, .head: continue
            }
            // A few of its ten million parts are enough.
            if count > 10 << 20 { break }
        }
        #expect(count > 10 << 20)
    }

    @Test("A slow answer is a good one, byte by byte", arguments: [false, true])
    func drip(isStreamed: Bool) throws {
        let outcome = try self.run(["mode": "drip", "chunk_delay_ms": 5], isStreamed: isStreamed)
        #expect(outcome.parts.allSatisfy { $0.count == 1 })
        #expect(outcome.waits == Array(repeating: .milliseconds(5), count: outcome.parts.count - 1))
        #expect(try outcome.answer(.chatCompletions).said == "tell me a long story")
    }

    @Test(
        "A request that can't be read fails as configured all the same", arguments: SimulatedFailure.Mode.allCases,
        WireFormat.allCases)
    func unreadable(mode: SimulatedFailure.Mode, format: WireFormat) throws {
        for isStreamed in [false, true] {
            let request = try Simulations.request(format, ["nothing": true], isStreamed: isStreamed)
            let outcome = try Simulations.run(.init(failing: request, ["mode": .string(mode.rawValue)]), most: 100)
            let expected: Simulations.Outcome.Ending =
                switch mode {
                case .refuse: .fail(.connect)
                case .reset: .fail(.closed)
                case .hang, .hangInStream: .hang
                case .endless, .endlessEvent: .unended
                case .drip where outcome.parts.count == 100: .unended
                case .status, .rateLimit, .cut, .inBandError, .garbage, .drip, .wrongType, .empty: .end
                }
            #expect(outcome.ending == expected)
        }
    }
}
