import Synchronization
import Wire

/// Questions to the client from within a call, written as if the call just waited.
///
/// Where the client is asked live, it does wait. Where it is asked by an `input_required` result (2026-07-28, multi
/// round-trip requests), nothing waits: the handler is left by an error that `FeatureSet` turns into that result, and
/// runs again from its beginning with the answers. So in a handler that asks,
/// - each question has a key of its own;
/// - nothing that must not happen twice stands before the last question;
/// - errors of `ask` are not caught.
///
/// The answers so far travel in the state, which the engine seals; nothing is kept here between rounds.
public final class Interview: Sendable {
    private let context: any CallContext
    private let notebook: Mutex<InterviewNotebook>

    /// The questions of one call.
    /// - Throws: `MCPError` where the state can't be read.
    init(_ resumption: Resumption?, _ context: any CallContext) throws(MCPError) {
        self.context = context
        notebook = Mutex(try InterviewNotebook(resumption))
    }

    /// Asks, all at once, and gives the client's answers by key. They have the shape of an answer to their question, and
    /// the content of a form fits the form. A client that refuses an elicitation by an error has cancelled it.
    ///
    /// - Throws: `MCPError` where the client lacks a capability, or answers nonsense again and again;
    ///   `AskRefused` where it refuses a question of another kind.
    public func ask(_ asks: [PendingAsk]) async throws -> [AskKey: RawObject] {
        var open = try notebook.withLock { try $0.open(asks) }
        while !open.isEmpty {
            for pending in open {
                guard let feature = pending.ask.requiredFeature, !context.client.accepts(feature) else { continue }
                throw MCPError.missingClientCapability(feature)
            }
            guard context.client.askForm == .live else {
                throw InputNeeded(asks: open, continuation: try notebook.withLock { try $0.continuation() })
            }
            let answers = try await context.ask(open)
            let asked = open
            open = try notebook.withLock { try $0.take(answers, to: asked, isMissingCounted: true) }
        }
        return notebook.withLock { $0.answers(to: asks) }
    }

    /// Asks one question.
    /// - Throws: as `ask(_:)` with several.
    public func ask(_ key: AskKey, _ ask: Ask) async throws -> RawObject {
        try await self.ask([PendingAsk(key, ask)])[key] ?? RawObject()
    }

    /// Asks the client to call again later: load shedding (2026-07-28), so many times before this returns. A client that
    /// can't be told so by value isn't: there this returns at once.
    /// - Throws: what leaves the handler.
    public func postpone(times: Int) throws {
        guard context.client.askForm == .value else { return }
        let continuation = try notebook.withLock { try $0.postpone(times: times) }
        if let continuation { throw InputNeeded(asks: [], continuation: continuation) }
    }
}

/// Leaves a handler whose questions can only be asked by a result.
struct InputNeeded: Error {
    let asks: [PendingAsk]
    let continuation: Continuation
}

/// The client answered a question by an error. An uncaught one ends a tool call with a failure that the model reads.
public struct AskRefused: Error, Sendable {
    /// What was asked.
    public let method: String
    /// What the client said, shortened.
    public let message: String

    /// A refusal of that question.
    init(method: String, message: String) {
        self.method = method
        self.message = String(message.prefix(512))
    }

    /// For the model or a person.
    var explanation: String { "The client refused \(method): \(message)" }
}
