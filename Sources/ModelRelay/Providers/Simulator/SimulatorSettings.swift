internal import NIOCore
internal import Wire

/// What a channel's configuration says to the simulators. A member that is absent, or none of its kind, is as if it were not there; numbers
/// are bounded. Members whose names come from the contract are marked.
struct SimulatorSettings: Sendable {
    private let configuration: JSONObject

    init(_ configuration: JSONObject) { self.configuration = configuration }

    // MARK: What is said

    /// The contract's: the text instead of an echo.
    var staticText: String? { self.text("static_text") }
    /// Around an echo.
    var prefix: String { self.text("prefix") ?? "" }
    var suffix: String { self.text("suffix") ?? "" }
    /// The contract's: around any text.
    var responsePrefix: String { self.text("response_prefix") ?? "" }
    var responseSuffix: String { self.text("response_suffix") ?? "" }
    /// The contract's.
    var reasoningText: String? { self.text("reasoning_text") }
    /// The contract's.
    var systemFingerprint: String? { self.text("system_fingerprint") }

    /// Calls to ask for where tools are offered: name and arguments.
    var toolCalls: [JSON] { Array((self.configuration["tool_calls"]?.arrayValue ?? []).prefix(Self.mostCalls)) }
    /// Whether each offered tool is called once.
    var callsTools: Bool { self.configuration["calls_tools"]?.boolValue ?? false }
    /// Sources of the text: `url`, `title`, `text`.
    var citations: [JSON] { Array((self.configuration["citations"]?.arrayValue ?? []).prefix(Self.mostCalls)) }
    /// What is answered where JSON is asked for; `false` = text all the same.
    var structured: JSON? { self.configuration["structured"] }
    /// Whether thoughts that come back have to be those that were given out.
    var checksSignatures: Bool { self.configuration["checks_signatures"]?.boolValue ?? false }

    /// Why the answer ends, in a word of any format: that of the format's own member (the contract's) before the one for all.
    func stopReason(_ format: WireFormat) -> String? {
        switch format {
        case .messages: self.text("stop_reason", of: "anthropic") ?? self.text("stop_reason")
        case .generateContent: self.text("finish_reason", of: "gemini") ?? self.text("stop_reason")
        default: self.text("stop_reason")
        }
    }

    /// The contract's `gemini.model_version`.
    var geminiModelVersion: String? { self.text("model_version", of: "gemini") }
    /// The contract's `response.status`.
    var responseStatus: String? { self.text("status", of: "response") }

    /// What a response says in place of the request's own: the contract's `response.store` and `response.parallel_tool_calls`, `metadata`.
    var responseEcho: JSONObject {
        var echo = JSONObject()
        for name in ["store", "parallel_tool_calls"] { echo[name] = self.configuration["response"]?[name] }
        echo["metadata"] = self.configuration["metadata"]?.objectValue.map { .object($0) }
        return echo
    }

    // MARK: How it is said

    /// The contract's: before the answer's head.
    var delay: TimeAmount { .milliseconds(self.bounded("delay_ms", 0...Self.longestDelay) ?? 0) }
    /// Between two parts of the answer.
    var partDelay: TimeAmount { .milliseconds(self.bounded("chunk_delay_ms", 0...Self.longestDelay) ?? 0) }
    /// The contract's: in how many pieces a text comes.
    var pieceCount: Int? { self.bounded("stream_chunks", 1...100_000).map { Int($0) } }
    /// The contract's: characters of a piece.
    var pieceSize: Int? { self.bounded("stream_chunk_size", 1...1_000_000).map { Int($0) } }

    // MARK: What isn't a conversation

    /// The contract's `usage`.
    var usage: JSON { self.configuration["usage"] ?? .null }
    /// The contract's: numbers of a vector for which the client names no size.
    var embeddingDimensions: Int? { self.configuration["embedding"]?["dimensions"]?.intValue.map { min(max($0, 1), 65_536) } }
    /// The contract's: a text whose vector is everybody's.
    var embeddingBase: String? { self.text("base", of: "embedding") }
    /// The contract's: the best document's score, and how much less the next one's is.
    var rerankBaseScore: Double? { self.configuration["rerank"]?["base_score"]?.doubleValue.flatMap { $0.isFinite ? $0 : nil } }
    var rerankStep: Double { self.configuration["rerank"]?["step"]?.doubleValue.flatMap { $0.isFinite ? $0 : nil } ?? 0.1 }
    /// The contract's: whether documents come back where the client says nothing of it.
    var rerankReturnsDocuments: Bool { self.configuration["rerank"]?["return_documents"]?.boolValue ?? false }
    var moderation: JSON { self.configuration["moderation"] ?? .null }

    // MARK: Failures

    /// How `fake-error` fails.
    var mode: String { self.text("mode") ?? "status" }
    /// The contract's.
    var errorStatus: Int? { self.configuration["error_status_code"]?.intValue.flatMap { (400...599).contains($0) ? $0 : nil } }
    /// The contract's.
    var errorMessage: String? { self.configuration["error_message"]?.stringValue }
    /// The contract's.
    var errorCode: String? { self.configuration["error_code"]?.stringValue }
    var errorType: String? { self.text("error_type") }
    /// Seconds.
    var retryAfter: Int64 { self.configuration["retry_after"]?.int64Value.map { min(max($0, 0), 86_400) } ?? 1 }
    /// How far an answer comes before its connection is reset.
    var after: String { self.text("after") ?? "events" }
    /// How many events of a stream come before it fails.
    var events: Int { self.configuration["events"]?.intValue.map { min(max($0, 0), 1_000_000) } ?? 2 }
    /// Bytes of a body that is otherwise without end.
    var bodyBytes: Int64? { self.bounded("body_bytes", 1...(1 << 50)) }

    // MARK: Reading

    /// Milliseconds.
    static let longestDelay: Int64 = 600_000
    private static let mostCalls = 64

    private func text(_ name: String) -> String? { self.configuration[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } }

    private func text(_ name: String, of member: String) -> String? {
        self.configuration[member]?[name]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func bounded(_ name: String, _ range: ClosedRange<Int64>) -> Int64? {
        self.configuration[name]?.int64Value.flatMap { $0 <= 0 ? nil : min(max($0, range.lowerBound), range.upperBound) }
    }
}
