import Directory
import Ledger
import NIOCore
import NIOHTTP1
import Wire

@testable import ModelRelay

/// What `fake-error` channels do to calls of every conversation format, whole and streamed.
enum FailureDrill {
    struct Mode: Sendable, Hashable {
        var name: String
        var configuration: JSON

        init(_ name: String, _ configuration: JSON) {
            self.name = name
            self.configuration = configuration
        }
    }

    static let modes: [Mode] = [
        Mode("no connection", ["mode": "refuse"]),
        Mode("reset before the head", ["mode": "reset", "after": "nothing"]),
        Mode("reset after the head", ["mode": "reset", "after": "head"]),
        Mode("reset in the answer", ["mode": "reset", "events": 6, "static_text": .string(Self.text)]),
        Mode("429 with Retry-After: 7", ["mode": "rate-limit", "retry_after": 7]),
        Mode("500", ["mode": "status", "error_status_code": 500]),
        Mode("401", ["mode": "status", "error_status_code": 401]),
        Mode("400", ["mode": "status", "error_status_code": 400]),
        Mode("silence before the head", ["mode": "hang"]),
        Mode("silence in the answer", ["mode": "hang-in-stream", "events": 6, "static_text": .string(Self.text)]),
        Mode("cut", ["mode": "cut", "events": 6, "static_text": .string(Self.text)]),
        Mode("an error within a 200", ["mode": "in-band-error", "events": 6, "static_text": .string(Self.text)]),
        Mode("garbage", ["mode": "garbage"]),
        Mode("a body without end", ["mode": "endless"]),
        Mode("an event without end", ["mode": "endless-event"]),
        Mode("a byte each 20 ms", ["mode": "drip", "chunk_delay_ms": 20]),
        Mode("a page of HTML", ["mode": "wrong-type"]),
        Mode("nothing", ["mode": "empty"]),
    ]
    static let formats: [WireFormat] = [.chatCompletions, .responses, .messages, .generateContent]
    private static let text = "one two three four five six seven eight nine ten"

    struct Case: Sendable, Hashable {
        var mode: Mode
        var format: WireFormat
        var isStreamed: Bool

        /// Its model, which one channel alone lists: what health says of it is of this case alone.
        var model: String { "\(self.mode.name)-\(self.format.rawValue)-\(self.isStreamed)" }
    }

    static let cases: [Case] = Self.modes.flatMap { mode in
        Self.formats.flatMap { format in [false, true].map { Case(mode: mode, format: format, isStreamed: $0) } }
    }

    /// What came of a case.
    struct Result: Sendable {
        var outcome: Outcome
        var state: ChannelHealthState?
        var format: WireFormat

        /// The client's side of it.
        var seen: String {
            let status = self.outcome.status.map { "\($0)" } ?? "no answer"
            if self.outcome.isAborted { return "\(status), then an error in the stream, \(self.outcome.record?.code ?? 0)" }
            let after = self.outcome.headers.first(name: "Retry-After").map { ", `Retry-After: \($0)`" } ?? ""
            return status + after
        }

        /// What its record says.
        var recorded: String {
            guard let record = self.outcome.record else { return "\(self.outcome.records.count) records" }
            let code = record.content.prefix { $0 != ":" }
            return "\(record.code)" + (code.isEmpty ? "" : " `\(code)`")
        }

        var billed: String { (self.outcome.record?.amount.used.nanos ?? 0) > 0 ? "what was delivered" : "nothing" }

        var counted: String {
            guard let state = self.state else { return "nothing" }
            let counts = state.errors > 0 ? "error" : state.requests > 0 ? "no error" : "nothing"
            return counts + (state.closedUntil == nil ? "" : ", closed until then")
        }
    }

    static func run() async throws -> [(case: Case, result: Result)] {
        var settings = RelaySettings()
        settings.retryTimes = 0
        (settings.answerTimeout, settings.streamTimeout) = (.milliseconds(300), .milliseconds(300))
        (settings.idleTimeout, settings.wholeTimeout) = (.milliseconds(300), .milliseconds(1500))
        settings.maximumAnswerBytes = 1 << 20
        settings.maximumEventBytes = 256 << 10
        let world = try await RelayWorld([], settings: settings, simulatorsSpeakAll: true) { contents in
            let price = contents.modelConfigs.first?.price ?? .init()
            contents.modelConfigs = Self.cases.map { drill in
                var config = ModelConfig(model: drill.model, createdAt: 0)
                config.price = price
                return config
            }
            contents.channels = Self.cases.enumerated().map { index, drill in
                var channel = Upstreams.failing(Int64(index + 1), status: 500)
                channel.models = [drill.model]
                channel.configs = drill.mode.configuration.objectValue ?? JSONObject()
                return channel
            }
        }
        return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for (index, drill) in Self.cases.enumerated() {
                group.addTask {
                    let call = try await world.start(Self.body(drill), endpoint: Self.endpoint(drill)) { sink in
                        var room = 1 << 20
                        // A client that takes so much and then rests, so that what has no end is not collected here.
                        sink.onBody = { [unowned sink] text in
                            room -= text.utf8.count
                            if room < 0 { sink.isWritable = false }
                        }
                    }
                    let outcome = try await call.outcome()
                    let state = world.health.states(at: RelayWorld.now + 250).first { $0.model == drill.model }
                    return (index, Result(outcome: outcome, state: state, format: drill.format))
                }
            }
            var results: [(Int, Result)] = []
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map { (Self.cases[$0.0], $0.1) }
        }
    }

    private static func endpoint(_ drill: Case) -> Endpoint {
        drill.format == .generateContent
            ? Endpoint(drill.format, recordPath: "/v1beta/models", model: drill.model, isStreamed: drill.isStreamed)
            : Endpoint(drill.format, recordPath: "/v1/\(drill.format.rawValue)")
    }

    private static func body(_ drill: Case) -> String {
        let said: JSON = [["role": "user", "content": "hi there"]]
        var body: JSONObject
        switch drill.format {
        case .generateContent: body = ["contents": [["role": "user", "parts": [["text": "hi there"]]]]]
        case .responses: body = ["model": .string(drill.model), "input": said]
        case .messages: body = ["model": .string(drill.model), "max_tokens": 100, "messages": said]
        default: body = ["model": .string(drill.model), "messages": said]
        }
        if drill.format != .generateContent, drill.isStreamed { body["stream"] = true }
        return JSON.object(body).serialized()
    }

    // MARK: The page

    /// A row for each mode, whole and streamed.
    static func table(_ results: [(case: Case, result: Result)]) -> String {
        var lines = [
            "", "| the upstream | asked for | the client sees | the record says | billed | the channel's health |",
            "|---|---|---|---|---|---|",
        ]
        for mode in Self.modes {
            for isStreamed in [false, true] {
                let found = results.filter { $0.case.mode == mode && $0.case.isStreamed == isStreamed }.map(\.result)
                let cells = [\Result.seen, \.recorded, \.billed, \.counted].map { Self.cell(found, $0) }
                lines.append(
                    "| \(mode.name) | \(isStreamed ? "a stream" : "a whole answer") | " + cells.joined(separator: " | ") + " |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is the same in all formats once, else what each has.
    private static func cell(_ results: [Result], _ part: KeyPath<Result, String>) -> String {
        let texts = Set(results.map { $0[keyPath: part] })
        if texts.count == 1, let text = texts.first { return text }
        return results.map { "\($0.format.rawValue): \($0[keyPath: part])" }.joined(separator: "; ")
    }
}
