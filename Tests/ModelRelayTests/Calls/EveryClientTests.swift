import Directory
import Ledger
import TestSupport
import Testing
import Wire

@testable import ModelRelay

@Suite("A channel of chat completions for clients of every format", .timeLimit(.minutes(1)))
struct EveryClientTests {
    static let rows: [(WireFormat, String)] = [
        (.messages, #"{"model":"gpt","max_tokens":99,"messages":[{"role":"user","content":"hi there"}]}"#),
        (.responses, #"{"model":"gpt","input":"hi there"}"#),
        (.generateContent, #"{"contents":[{"role":"user","parts":[{"text":"hi there"}]}]}"#),
        (.completions, #"{"model":"gpt","prompt":"hi there"}"#),
    ]

    @Test("it answers each in its own format, whole and streamed", arguments: rows, [false, true])
    func all(row: (WireFormat, String), isStreamed: Bool) async throws {
        let world = try await RelayWorld([Upstreams.fake(1, ["prefix": "you said ", "reasoning_text": "hm"])])
        let endpoint =
            row.0 == .generateContent
            ? Endpoint(row.0, recordPath: "/", model: "gpt", isStreamed: isStreamed) : Endpoint(row.0, recordPath: "/")
        let body =
            isStreamed && row.0 != .generateContent
            ? row.1.replacing("{\"model\"", with: "{\"stream\":true,\"model\"", maxReplacements: 1) : row.1
        let outcome = try await world.call(body, endpoint: endpoint)
        #expect(outcome.status == 200 && outcome.record?.code == 200 && outcome.isEnded && outcome.isRecordedBeforeItsEnd)
        #expect(outcome.body.contains("you said"))
        #expect(outcome.record?.usage.total ?? 0 > 0 && !(outcome.record?.upstreamID ?? "").isEmpty)
    }
}
