internal import Wire

/// Reads a client's chat completion request.
struct ChatRequestReader {
    private let request: Member

    init(_ request: JSON) { self.request = Member(request) }

    private static let names: Set<String> = Sampling.openAINames.union([
        "model", "messages", "stream", "stream_options", "tools", "tool_choice", "functions", "function_call",
        "parallel_tool_calls",
        "response_format", "logprobs", "top_logprobs", "modalities", "audio", "prediction", "web_search_options",
        "reasoning_effort",
        "reasoning", "thinking", "enable_thinking", "thinking_budget", "verbosity", "prompt_cache_key", "prompt_cache_retention",
        "service_tier", "metadata", "user", "safety_identifier", "store",
    ])

    func conversation() throws(RelayError) -> Conversation {
        let model = try self.request.required("model")
        var conversation = Conversation(model: try model.string())
        guard !conversation.model.isEmpty else { throw model.unacceptable("must not be empty") }
        conversation.messages = try ChatMessageReader.messages(self.request.required("messages"))
        conversation.tools = try ChatToolReader.tools(of: self.request)
        conversation.toolChoice = try ChatToolReader.choice(of: self.request)
        conversation.allowsParallelToolCalls = try self.request.member("parallel_tool_calls")?.bool()
        conversation.outputFormat = try self.outputFormat()
        conversation.verbosity = try self.request.member("verbosity")?.string()
        conversation.sampling = try Sampling(openAI: self.request)
        conversation.sampling.logprobs = try self.request.member("logprobs")?.bool()
        conversation.sampling.topLogprobs = try self.request.member("top_logprobs")?.integer()
        conversation.reasoning = try ChatReasoningReader.request(self.request)
        conversation.modalities = try self.modalities()
        conversation.webSearch = try self.webSearch()
        if let prediction = try self.request.member("prediction") {
            conversation.prediction = try ChatContentReader.blocks(prediction.required("content"))
        }
        conversation.promptCache.key = try self.request.member("prompt_cache_key")?.string()
        conversation.promptCache.retention = try self.request.member("prompt_cache_retention")?.string()
        conversation.serviceTier = try self.request.member("service_tier")?.string()
        conversation.metadata = try self.request.member("metadata")?.object()
        conversation.isStored = try self.request.member("store")?.bool()
        conversation.ownMembers = try self.request.members(beside: Self.names)
        try self.readUser(into: &conversation)
        try self.readStream(into: &conversation)
        return conversation
    }

    private func outputFormat() throws(RelayError) -> OutputFormat? {
        guard let format = try self.request.member("response_format") else { return nil }
        switch try format.required("type").string() {
        case "text": return .text
        case "json_object": return .jsonObject
        case "json_schema":
            let schema = try format.required("json_schema")
            return .jsonSchema(
                name: try schema.required("name").string(), description: try schema.member("description")?.string(),
                schema: .object(try schema.member("schema")?.object() ?? JSONObject()),
                isStrict: try schema.member("strict")?.bool())
        default: return .other(format.json)
        }
    }

    private func modalities() throws(RelayError) -> Modalities? {
        var names: [String] = []
        let list = try self.request.member("modalities")
        if let list { for element in try list.elements() { names.append(try element.string()) } }
        let audio = try self.request.member("audio")?.object()
        guard list != nil || audio != nil else { return nil }
        return Modalities(names: names, audio: audio.map { .object($0) })
    }

    private func webSearch() throws(RelayError) -> WebSearchRequest? {
        guard let options = try self.request.member("web_search_options") else { return nil }
        var search = WebSearchRequest()
        search.contextSize = try options.member("search_context_size")?.string()
        search.location = try options.member("user_location")?.member("approximate")?.object()
        return search
    }

    /// Of two names for the end user the older one counts, which every dialect knows; another `safety_identifier` beside it is kept.
    private func readUser(into conversation: inout Conversation) throws(RelayError) {
        let user = try self.request.member("user")?.string()
        let identifier = try self.request.member("safety_identifier")?.string()
        conversation.user = user ?? identifier
        if let user, let identifier, user != identifier {
            conversation.ownMembers["safety_identifier"] = .string(identifier)
        }
    }

    /// Usage is asked for in every stream and told to those who asked (`ReplyContext.wantsUsageChunk`); other options are kept.
    private func readStream(into conversation: inout Conversation) throws(RelayError) {
        conversation.isStreamed = try self.request.member("stream")?.bool() ?? false
        guard let options = try self.request.member("stream_options") else { return }
        _ = try options.member("include_usage")?.bool()
        let rest = try options.members(beside: ["include_usage"])
        if !rest.isEmpty { conversation.ownMembers["stream_options"] = .object(rest) }
    }
}
