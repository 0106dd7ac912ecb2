internal import Wire

/// The members of a format's request that the relay acts on, as data.
final class RequestRules: Sendable {
    /// What a member is to the relay.
    enum Role: Sendable {
        case model, stream, streamOptions
        /// The most tokens of output; of several the first in the list counts.
        case outputLimit
        case choices
        /// The end user.
        case user
        /// An object of the client's own pairs, in which `user_id` names the end user.
        case metadata
        case cacheKey, serviceTier
        /// The stored answer that this one goes on from.
        case previous
        /// Whether the answer is kept, and whether it is made while nobody waits.
        case stored, background
        /// An object with members of its own that count.
        case within(RequestRules)
    }

    let names: MemberNames
    let roles: [Role]
    /// Whether usage in a stream comes only where it is asked for.
    let takesStreamOptions: Bool
    /// The model where the request names none; nil = it has to.
    let defaultModel: String?
    /// Whether the model stands in the path and not in the body.
    let hasModelInPath: Bool

    init(_ members: [(String, Role)], defaultModel: String? = nil, hasModelInPath: Bool = false) {
        self.names = MemberNames(members.map(\.0))
        self.roles = members.map(\.1)
        self.takesStreamOptions = members.contains { if case .streamOptions = $0.1 { true } else { false } }
        self.defaultModel = defaultModel
        self.hasModelInPath = hasModelInPath
    }

    static let chatCompletions = RequestRules([
        ("model", .model), ("stream", .stream), ("stream_options", .streamOptions), ("user", .user),
        ("max_completion_tokens", .outputLimit), ("max_tokens", .outputLimit), ("prompt_cache_key", .cacheKey),
        ("service_tier", .serviceTier), ("metadata", .metadata), ("n", .choices),
    ])

    static let completions = RequestRules([
        ("model", .model), ("stream", .stream), ("stream_options", .streamOptions), ("user", .user), ("max_tokens", .outputLimit),
        ("n", .choices),
    ])

    static let responses = RequestRules([
        ("model", .model), ("stream", .stream), ("user", .user), ("safety_identifier", .user),
        ("max_output_tokens", .outputLimit), ("prompt_cache_key", .cacheKey), ("service_tier", .serviceTier),
        ("metadata", .metadata), ("previous_response_id", .previous), ("store", .stored), ("background", .background),
    ])

    static let messages = RequestRules([
        ("model", .model), ("stream", .stream), ("max_tokens", .outputLimit), ("service_tier", .serviceTier),
        ("metadata", .metadata),
    ])

    static let generateContent = RequestRules(
        [
            ("generationConfig", .within(geminiOptions)), ("generation_config", .within(geminiOptions)), ("labels", .metadata),
            ("serviceTier", .serviceTier),
        ], hasModelInPath: true)

    private static let geminiOptions = RequestRules([
        ("maxOutputTokens", .outputLimit), ("max_output_tokens", .outputLimit), ("candidateCount", .choices),
        ("candidate_count", .choices),
    ])

    static let embeddings = RequestRules([("model", .model), ("user", .user)])
    static let embedContent = RequestRules([], hasModelInPath: true)
    static let moderations = RequestRules([("model", .model)], defaultModel: "omni-moderation-latest")
    static let rerank = RequestRules([("model", .model), ("user", .user)])
    static let inputTokens = RequestRules([("model", .model), ("previous_response_id", .previous)])
    static let countTokens = RequestRules([("model", .model)])
    static let geminiCountTokens = RequestRules([], hasModelInPath: true)
}
