import Synchronization
import Wire

@testable import MCPServer

/// The context of a client that declares everything and is asked in the given form.
final class AskedContext: CallContext {
    let principal = Principal(id: "alice")
    let client: ClientProfile
    let chain = "chain-1"
    let isContinued = false
    let clock = CallClock()
    private let answering: @Sendable (PendingAsk) -> Answer?
    private let asks = Mutex(0)

    init(
        _ form: ClientProfile.AskForm = .value, answering: @escaping @Sendable (PendingAsk) -> Answer? = { _ in nil }
    ) {
        client = ClientProfile(
            revision: form == .live ? .november2025 : .july2026,
            capabilities: ClientCapabilities(["sampling": [:], "elicitation": [:], "roots": [:]]), askForm: form,
            affinity: "alice")
        self.answering = answering
    }

    /// How often a round of questions was asked live.
    var askCount: Int { asks.withLock { $0 } }

    func progress(_ progress: Progress) {}
    func log(_ entry: LogEntry) {}

    func ask(_ pending: [PendingAsk]) async throws -> [AskKey: Answer] {
        asks.withLock { $0 += 1 }
        return Dictionary(uniqueKeysWithValues: pending.compactMap { ask in answering(ask).map { (ask.key, $0) } })
    }
}
