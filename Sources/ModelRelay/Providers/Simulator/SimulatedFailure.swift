internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// A provider inside this process that always fails, in the way that its configuration's `mode` names.
struct SimulatedFailure {
    enum Mode: String, CaseIterable {
        /// An answer with the configured status.
        case status
        /// No connection comes to be.
        case refuse
        /// The connection ends before the answer does.
        case reset
        /// 429 with `Retry-After`.
        case rateLimit = "rate-limit"
        /// Nothing comes, not even a head.
        case hang
        case hangInStream = "hang-in-stream"
        /// The answer ends in its middle, properly as HTTP has it.
        case cut
        /// A 200 that tells of a failure.
        case inBandError = "in-band-error"
        /// A 200 with bytes that are nothing.
        case garbage
        /// A body without end.
        case endless
        /// An event, or a text, without end.
        case endlessEvent = "endless-event"
        /// A good answer, a byte at a time.
        case drip
        /// A page of HTML with 200.
        case wrongType = "wrong-type"
        /// 200 and nothing.
        case empty
    }

    private let simulator: Simulator
    private var settings: SimulatorSettings { self.simulator.settings }
    private var request: SimulatedRequest { self.simulator.request }

    init(_ request: SimulatedRequest, configuration: JSONObject) {
        self.simulator = Simulator(request, configuration: configuration)
    }

    static let brokenOff = OutboundError(.closed, "the upstream closed the connection before its answer was complete")
    private static let refused = OutboundError(.connect, "no connection to fake.local")

    func script() -> AnswerScript {
        switch Mode(rawValue: self.settings.mode) {
        case .status?: self.refusal(self.settings.errorStatus ?? 500)
        case .refuse?: AnswerScript(head: nil, body: .parts([]), delay: self.settings.delay, ending: .fail(Self.refused))
        case .reset?: self.reset()
        case .rateLimit?: self.rateLimit()
        case .hang?: AnswerScript(head: nil, body: .parts([]), delay: self.settings.delay, ending: .hang)
        case .hangInStream?: self.partOfAnswer(ending: .hang)
        case .cut?: self.partOfAnswer(ending: .end)
        case .inBandError?: self.inBandError()
        case .garbage?: self.garbage()
        case .endless?: self.endless(isOneEvent: false)
        case .endlessEvent?: self.endless(isOneEvent: true)
        case .drip?: self.drip()
        case .wrongType?: self.answer(.simulated(.ok, "text/html; charset=utf-8"), .whole(Array(Self.page.utf8)))
        case .empty?: self.answer(self.head, .parts([]))
        case nil: self.unknownMode
        }
    }

    // MARK: Refusals

    /// A misspelt mode would otherwise pass for a failure that was asked for.
    private var unknownMode: AnswerScript {
        let names = Mode.allCases.map(\.rawValue).joined(separator: ", ")
        let error = SimulatedError(
            message: "the channel's `mode` must be one of \(names)", status: 500, type: "fake_error", code: "invalid_mode")
        return self.answer(.simulated(.internalServerError, "application/json"), .whole(error.bytes(self.request.format)))
    }

    private func error(_ status: Int, code: String = "fake_error", type: String = "fake_error") -> SimulatedError {
        SimulatedError(
            message: self.settings.errorMessage ?? "this channel always fails", status: status,
            type: self.settings.errorType ?? type, code: self.settings.errorCode ?? code)
    }

    private func refusal(_ status: Int) -> AnswerScript {
        self.answer(
            .simulated(HTTPResponseStatus(statusCode: status), "application/json"),
            .whole(self.error(status).bytes(self.request.format)))
    }

    private func rateLimit() -> AnswerScript {
        var head = HTTPResponseHead.simulated(.tooManyRequests, "application/json")
        head.headers.add(name: "Retry-After", value: String(self.settings.retryAfter))
        let error = self.error(429, code: "rate_limit_exceeded", type: "rate_limit_error")
        return self.answer(head, .whole(error.bytes(self.request.format)))
    }

    private func inBandError() -> AnswerScript {
        let error = self.error(self.settings.errorStatus ?? 500)
        guard case .stream(let stream) = self.goodBody else {
            return self.answer(self.head, .whole(error.bytes(self.request.format)))
        }
        let number = stream.withoutEnd.count(upTo: self.settings.events)
        return self.partOfAnswer(last: error.event(self.request.format, number: number), ending: .end)
    }

    // MARK: Broken answers

    private func reset() -> AnswerScript {
        let error = OutboundError(.closed, "the connection was reset")
        switch self.settings.after {
        case "nothing": return AnswerScript(head: nil, body: .parts([]), delay: self.settings.delay, ending: .fail(error))
        case "head": return self.answer(self.head, .parts([]), ending: .fail(error))
        default: return self.partOfAnswer(ending: .fail(Self.brokenOff))
        }
    }

    private func garbage() -> AnswerScript {
        // Neither text nor JSON, the second half without the framing of events too.
        let noise: [UInt8] = [0xFF, 0xFE, 0x00, 0x7B] + Array("\"choices\": [nonsense, ".utf8) + [0xC3, 0x28]
        guard case .stream = self.goodBody else { return self.answer(self.head, .whole(noise)) }
        return self.answer(self.head, .parts([Array("data: ".utf8) + noise + Array("\n\n".utf8), noise]))
    }

    private static let page =
        "<!DOCTYPE html><html><head><title>Sign in</title></head><body><p>Please sign in to the network.</p></body></html>\n"

    /// What is sent again and again.
    private static let again = String(repeating: "and so on, ", count: 93)

    private func endless(isOneEvent: Bool) -> AnswerScript {
        guard let codec = Codecs.standard.codec(for: self.request.format) else {
            return self.endless(start: Array(#"{"object":"list","data":[""#.utf8))
        }
        let reply = self.simulator.reply(to: [:])
        guard self.request.isStreamed else {
            var answer = Answer()
            answer.createdAt = self.request.seconds
            answer.choices = [Answer.Choice(blocks: [.text(Self.again)], stop: .end)]
            return self.endless(start: Self.start(of: codec.body(of: answer, for: reply).serializedBytes()))
        }
        let events = SimulatedStream.endless(codec: codec, reply: reply, now: self.request.seconds, text: Self.again)
        if isOneEvent { return self.endless(start: Self.start(of: events.start)) }
        return self.answer(self.head, .endless(start: events.start, again: events.again, left: self.settings.bodyBytes))
    }

    /// A text that was begun, and goes on.
    private func endless(start: [UInt8]) -> AnswerScript {
        self.answer(self.head, .endless(start: start, again: Array(Self.again.utf8), left: self.settings.bodyBytes))
    }

    /// The bytes up to the middle of the text.
    private static func start(of bytes: [UInt8]) -> [UInt8] {
        let text = Array(self.again.utf8)
        let found = bytes.indices.last { bytes[$0...].starts(with: text) }
        return Array(bytes.prefix((found ?? bytes.count) + (found == nil ? 0 : text.count)))
    }

    // MARK: Scripts

    private var isStreamed: Bool {
        self.request.isStreamed && Codecs.standard.codec(for: self.request.format) != nil
    }

    private var head: HTTPResponseHead {
        .simulated(.ok, self.isStreamed ? "text/event-stream; charset=utf-8" : "application/json")
    }

    private func answer(
        _ head: HTTPResponseHead, _ body: AnswerScript.Body, ending: AnswerScript.Ending = .end
    ) -> AnswerScript {
        AnswerScript(head: head, body: body, delay: self.settings.delay, partDelay: self.settings.partDelay, ending: ending)
    }

    /// The first events of a good answer, never all of them, or half of one that is whole.
    private func partOfAnswer(last: [UInt8]? = nil, ending: AnswerScript.Ending) -> AnswerScript {
        var count: Int?
        let body: AnswerScript.Body
        switch self.goodBody {
        case .whole(let bytes): body = .whole(Array(bytes.prefix(bytes.count / 2)))
        case .stream(let stream):
            body = .stream(stream.withoutEnd)
            count = self.settings.events
        case let other: body = other
        }
        return AnswerScript(
            head: self.head, body: body, delay: self.settings.delay, partDelay: self.settings.partDelay, partCount: count,
            last: last,
            ending: ending)
    }

    private func drip() -> AnswerScript {
        AnswerScript(
            head: self.head, body: self.goodBody, delay: self.settings.delay, partDelay: self.settings.partDelay, isDripping: true
        )
    }

    /// What `fake` would have answered; where it would have refused, its refusal.
    private var goodBody: AnswerScript.Body {
        do throws(RelayError) {
            return try self.simulator.body()
        } catch {
            return self.bodyOfNothing
        }
    }

    /// An answer to a request that can't be read: the failure is what was asked for, not the answer.
    private var bodyOfNothing: AnswerScript.Body {
        let simulated = SimulatedAnswer(
            nil, format: self.request.format, settings: self.settings, id: self.request.requestID)
        guard let codec = Codecs.standard.codec(for: self.request.format),
            let answer = try? simulated.answer(now: self.request.seconds)
        else { return .whole(Array(#"{"object":"list","data":[]}"#.utf8)) }
        let reply = self.simulator.reply(to: [:])
        if self.isStreamed { return .stream(SimulatedStream(answer, codec: codec, reply: reply, settings: self.settings)) }
        return .whole(codec.body(of: answer, for: reply).serializedBytes())
    }
}
