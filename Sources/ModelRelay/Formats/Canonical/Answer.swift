internal import Ledger
internal import Wire

/// What a model answered, whole.
struct Answer: Sendable, Hashable {
    /// The upstream's id; "" where it gave none.
    var id = ""
    var model = ""
    /// Seconds since 1970; 0 where the upstream didn't say.
    var createdAt: Int64 = 0
    var choices: [Choice] = []
    var usage: Usage?
    var serviceTier: String?
    /// Members of the answer that one format alone has, such as `system_fingerprint`, `container`, `promptFeedback`.
    var ownMembers = JSONObject()

    struct Choice: Sendable, Hashable {
        var blocks: [Block] = []
        var stop: StopReason?
        /// As chat completions write it: `content` and `refusal` lists.
        var logprobs: JSON?
        /// Members of the choice that one format alone has, such as `safetyRatings`. A stream doesn't tell them.
        var ownMembers = JSONObject()
    }
}

/// Why a model ended.
enum StopReason: Sendable, Hashable {
    case end
    /// One of the client's texts; which, where the upstream says.
    case stopSequence(String?)
    case length
    case toolCalls
    /// The model would not.
    case refusal
    /// A filter stepped in: safety, recitation, prohibited content ... in the upstream's word.
    case contentFilter(String)
    /// A long turn is interrupted and goes on when it is sent back (Anthropic's `pause_turn`).
    case pause
    /// The conversation does not fit.
    case contextWindow
    /// A word that is not known.
    case other(String)
}

/// A piece of an answer that comes as a stream.
///
/// A decoder tells `started` first and `ended` last, and for each block `blockStarted`, its pieces and `blockEnded`. Blocks are numbered
/// from 0 within a choice, in the order in which they began, whatever the format's own numbers are. Usage may come more than once: each
/// replaces the one before, so what an event leaves out is repeated by the decoder.
enum AnswerEvent: Sendable, Hashable {
    /// The answer without choices.
    case started(Answer)
    /// The block as far as it is known: a text without text, a call with id and name.
    case blockStarted(BlockPlace, Block)
    case delta(BlockPlace, BlockDelta)
    case blockEnded(BlockPlace)
    /// In chat completions' form.
    case logprobs(choice: Int, JSON)
    case stopped(choice: Int, StopReason)
    case usage(Usage)
    /// Members of the answer that one format alone has and that came after its start; each replaces the one of its name in
    /// `Answer.ownMembers`. An encoder of another format passes over it.
    case own(JSONObject)
    case ended
}

struct BlockPlace: Sendable, Hashable {
    var choice = 0
    var index: Int
}

enum BlockDelta: Sendable, Hashable {
    case text(String)
    case refusal(String)
    case reasoning(String)
    /// Text of a tool call's arguments.
    case arguments(String)
    case citation(Citation)
    /// The opaque part of thoughts, or the signature of any block; whole, never in pieces.
    case opaque(OpaqueReasoning)
    /// Base64 of spoken output; or its transcript.
    case audio(String)
    case audioTranscript(String)
}
