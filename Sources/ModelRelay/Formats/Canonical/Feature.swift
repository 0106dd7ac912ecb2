/// What a wire format can or can't say: the rows of the conversion matrix (`docs/formats.md`).
enum Feature: String, Sendable, Hashable, CaseIterable {
    case system, developer, participantName
    /// More than one turn.
    case turns
    case imageURL, imageData, imageFile, imageDetail
    case audioInput, videoInput
    case documentURL, documentData, documentFile, documentText, documentContext
    case tools, parallelToolCalls, toolChoiceAuto, toolChoiceNone, toolChoiceRequired, toolChoiceNamed, toolChoiceAllowed
    case strictTools, customTools, ownTools, toolResultImages, toolResultError
    case jsonObject, jsonSchema, outputGrammar, verbosity
    case maximumOutputTokens, temperature, topP, topK, frequencyPenalty, presencePenalty, logitBias, seed, stop, choiceCount
    case logprobs
    case reasoningEffort, reasoningBudget, reasoningOff, reasoningSummary, reasoningText, opaqueReasoning
    case cacheMarks, promptCacheKey, promptCacheRetention, cachedContent
    case citations, webSearch, webSearchDomains, prediction
    case audioOutput, imageOutput
    case refusal, safetySettings, serviceTier, metadata, user, isStored
}

/// What could not be told to the upstream, by the names that the client's own format has for it.
///
/// What is only lost is told in a header; what would change the meaning of the request is refused by the encoder.
struct Losses: Sendable, Hashable {
    private(set) var features: Set<Feature> = []
    /// Members of the client's request that no other format has.
    private(set) var members: Set<String> = []

    mutating func drop(_ feature: Feature) { self.features.insert(feature) }
    mutating func drop(member: String) { self.members.insert(member) }

    var isEmpty: Bool { self.features.isEmpty && self.members.isEmpty }

    mutating func drop(_ others: Losses) {
        self.features.formUnion(others.features)
        self.members.formUnion(others.members)
    }
}
