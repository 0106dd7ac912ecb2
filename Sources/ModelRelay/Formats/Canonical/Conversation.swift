internal import NIOHTTP1
internal import Wire

/// A request to a model in the one form that every wire format is read into and written from.
///
/// It holds whatever any of the formats can say. What a format says by leaving a member out is nil here, so that an encoder writes only
/// what the client said. Names are OpenAI's where the formats disagree.
struct Conversation: Sendable, Hashable {
    var model: String
    var isStreamed = false
    /// In order. Instructions are messages of the roles `system` and `developer`, wherever they stand.
    var messages: [Message] = []
    var tools: [Tool] = []
    var toolChoice: ToolChoice?
    var allowsParallelToolCalls: Bool?
    var outputFormat: OutputFormat?
    /// How much is said: `low`, `medium` or `high`.
    var verbosity: String?
    var sampling = Sampling()
    var reasoning: ReasoningRequest?
    var modalities: Modalities?
    var webSearch: WebSearchRequest?
    /// A text of which much of the answer is expected to consist.
    var prediction: [Block]?
    var promptCache = PromptCacheRequest()
    var serviceTier: String?
    /// The end user: `user`, `metadata.user_id`, `safety_identifier`.
    var user: String?
    /// The client's own pairs, as it wrote them.
    var metadata: JSONObject?
    /// Whether the provider may keep the answer.
    var isStored: Bool?
    /// Gemini's thresholds, as they are written there.
    var safetySettings: JSON?
    /// Members that belong to the client's format alone, or to none that is known: passed on where that format goes out, else told as
    /// dropped by these names.
    var ownMembers = JSONObject()
    /// Those of them without which the request would ask for something else: another format's upstream can't have the request.
    var essentialMembers: [String] = []

    init(model: String) { self.model = model }
}

extension Conversation {
    /// To be asked before the request is written for an upstream of `format`.
    /// - Parameter client: the format in which it came.
    /// - Throws: a 400 where it holds something that `client` alone can say and that can't be left out.
    func check(from client: WireFormat, to format: WireFormat) throws(RelayError) {
        guard client != format, let name = self.essentialMembers.first else { return }
        throw RelayError(
            .badRequest, code: "unsupported_parameter", parameter: name, "`\(name)` can't be told to the provider of this model")
    }
}

/// How the next token is chosen, and how many there may be.
struct Sampling: Sendable, Hashable {
    var maximumOutputTokens: Int64?
    var temperature: JSONNumber?
    var topP: JSONNumber?
    var topK: Int64?
    var frequencyPenalty: JSONNumber?
    var presencePenalty: JSONNumber?
    var logitBias: JSONObject?
    var seed: Int64?
    var stop: [String] = []
    var choiceCount: Int64?
    /// Whether the logarithms of probabilities are asked for, and for how many alternatives.
    var logprobs: Bool?
    var topLogprobs: Int64?
}

/// What shape the answer's text has to have.
enum OutputFormat: Sendable, Hashable {
    case text
    case jsonObject
    case jsonSchema(name: String, description: String?, schema: JSON, isStrict: Bool?)
    /// Text of a grammar (OpenAI's custom tools have the same): syntax and definition as they are written there.
    case other(JSON)
}

/// Kinds of output beside text.
struct Modalities: Sendable, Hashable {
    /// `text`, `audio`, `image`
    var names: [String]
    /// Voice and format of spoken output, as OpenAI's `audio` member.
    var audio: JSON?
}

/// Marks and names by which a provider finds a prompt that it has in its cache.
struct PromptCacheRequest: Sendable, Hashable {
    /// OpenAI's `prompt_cache_key`.
    var key: String?
    /// OpenAI's `prompt_cache_retention`.
    var retention: String?
    /// Gemini's `cachedContent`.
    var content: String?
}

/// A search that the provider itself carries out.
struct WebSearchRequest: Sendable, Hashable {
    /// `low`, `medium`, `high`
    var contextSize: String?
    /// OpenAI's `approximate` location: city, region, country, timezone.
    var location: JSONObject?
    var allowedDomains: [String] = []
    var blockedDomains: [String] = []
    var maximumUses: Int64?
    /// Members of the tool that the client's format alone has, such as the version in Anthropic's `type`.
    var ownMembers = JSONObject()
}
