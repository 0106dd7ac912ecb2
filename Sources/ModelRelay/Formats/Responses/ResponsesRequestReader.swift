internal import Wire

/// Reads the members of a request.
struct ResponsesRequestReader {
    private static let longestModelName = 256

    private var conversation: Conversation

    /// - Throws: a 400 that names the member at fault.
    static func read(_ request: Member) throws(RelayError) -> Conversation {
        let model = try request.required("model")
        let name = try model.string()
        guard !name.isEmpty, name.utf8.count <= Self.longestModelName else { throw model.wrong("a string of 1 to 256 bytes") }
        var reader = ResponsesRequestReader(conversation: Conversation(model: name))
        for (name, _) in try request.object() {
            guard let member = try request.member(name) else { continue }
            try reader.read(name, member)
        }
        try reader.readInput(of: request)
        return reader.conversation
    }

    /// Instructions stand before all items, wherever the members stand in the request.
    private mutating func readInput(of request: Member) throws(RelayError) {
        var items = ResponsesItemReader()
        if let instructions = try request.member("instructions") { try items.readInstructions(instructions) }
        if let input = try request.member("input") {
            try items.readInput(input)
        } else if try request.member("previous_response_id") == nil, try request.member("prompt") == nil,
            try request.member("conversation") == nil
        {
            _ = try request.required("input")
        }
        self.conversation.messages = items.messages
        self.conversation.essentialMembers += items.references
    }

    private mutating func read(_ name: String, _ member: Member) throws(RelayError) {
        switch name {
        case "model", "input", "instructions": break
        case "stream": self.conversation.isStreamed = try member.bool()
        case "tools":
            for tool in try member.elements() { try ResponsesTools.read(tool, into: &self.conversation) }
        case "tool_choice": try ResponsesTools.readChoice(member, into: &self.conversation)
        case "parallel_tool_calls": self.conversation.allowsParallelToolCalls = try member.bool()
        case "text": try self.readText(member)
        case "reasoning": try self.readReasoning(member)
        case "include": try self.readIncluded(member)
        case "max_output_tokens": self.conversation.sampling.maximumOutputTokens = try member.integer()
        case "temperature": self.conversation.sampling.temperature = try member.number()
        case "top_p": self.conversation.sampling.topP = try member.number()
        case "top_logprobs": self.conversation.sampling.topLogprobs = try member.integer()
        case "store": self.conversation.isStored = try member.bool()
        case "metadata": self.conversation.metadata = try member.object()
        case "user":
            let user = try member.string()
            // `safety_identifier` may have come first.
            if let other = self.conversation.user, other != user {
                self.conversation.ownMembers["safety_identifier"] = .string(other)
            }
            self.conversation.user = user
        case "safety_identifier":
            let user = try member.string()
            if let other = self.conversation.user, other != user {
                self.conversation.ownMembers["safety_identifier"] = .string(user)
            } else {
                self.conversation.user = user
            }
        case "prompt_cache_key": self.conversation.promptCache.key = try member.string()
        case "prompt_cache_retention": self.conversation.promptCache.retention = try member.string()
        case "service_tier": self.conversation.serviceTier = try member.string()
        // Parts of the prompt that the provider keeps.
        case "previous_response_id": self.conversation.keepEssential(name, .string(try member.string()))
        case "conversation", "prompt": self.conversation.keepEssential(name, member.json)
        case "background":
            if try member.bool() { self.conversation.ownMembers[name] = true }
        case "truncation":
            let word = try member.string()
            if word != "disabled" { self.conversation.ownMembers[name] = member.json }
        case "max_tool_calls":
            _ = try member.integer()
            self.conversation.ownMembers[name] = member.json
        case "stream_options":
            // The padding of events that it turns off is never written here.
            let options = try member.object()
            if options != ["include_obfuscation": false] { self.conversation.ownMembers[name] = member.json }
        default: self.conversation.ownMembers[name] = member.json
        }
    }

    private mutating func readText(_ text: Member) throws(RelayError) {
        for (name, _) in try text.object() {
            guard let member = try text.member(name) else { continue }
            switch name {
            case "format": self.conversation.outputFormat = try Self.outputFormat(member)
            case "verbosity": self.conversation.verbosity = try member.string()
            default: self.conversation.ownMembers["text.\(name)"] = member.json
            }
        }
    }

    private static func outputFormat(_ format: Member) throws(RelayError) -> OutputFormat {
        switch try format.required("type").string() {
        case "text": return .text
        case "json_object": return .jsonObject
        case "json_schema":
            let schema = try format.required("schema")
            _ = try schema.object()
            return .jsonSchema(
                name: try format.required("name").string(), description: try format.member("description")?.string(),
                schema: schema.json, isStrict: try format.member("strict")?.bool())
        default: return .other(format.json)
        }
    }

    private mutating func readReasoning(_ reasoning: Member) throws(RelayError) {
        var request = self.conversation.reasoning ?? ReasoningRequest()
        for (name, _) in try reasoning.object() {
            guard let member = try reasoning.member(name) else { continue }
            switch name {
            case "effort": request.effort = try member.string()
            case "summary": request.summary = try member.string()
            // The former name of the same.
            case "generate_summary": if request.summary == nil { request.summary = try member.string() }
            default: self.conversation.ownMembers["reasoning.\(name)"] = member.json
            }
        }
        self.conversation.reasoning = request
    }

    private mutating func readIncluded(_ include: Member) throws(RelayError) {
        var others: [JSON] = []
        for element in try include.elements() {
            switch try element.string() {
            case "reasoning.encrypted_content":
                self.conversation.reasoning = self.conversation.reasoning ?? ReasoningRequest()
                self.conversation.reasoning?.includesOpaque = true
            case "message.output_text.logprobs": self.conversation.sampling.logprobs = true
            default: others.append(element.json)
            }
        }
        if !others.isEmpty { self.conversation.ownMembers["include"] = .array(others) }
    }
}
