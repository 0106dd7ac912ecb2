internal import NIOHTTP1
internal import Wire

/// Reads a `GenerateContentRequest`.
struct GenerateContentRequestReader {
    private var conversation: Conversation
    private var contents = GenerateContentContentsReader()
    private var instruction: Message?

    /// - Throws: a 400 that names the member.
    static func conversation(_ request: Member, endpoint: EndpointPath) throws(RelayError) -> Conversation {
        let fields = try request.fields()
        // The path says the model; only where a request stands within another (countTokens) does the body.
        var model = endpoint.model
        if model == nil, let named = fields.first(where: { $0.name == "model" }) { model = try named.value.string() }
        guard let model, !model.isEmpty else {
            throw RelayError(.badRequest, code: "missing_required_parameter", parameter: "model", "`model` is missing")
        }
        var reader = GenerateContentRequestReader(conversation: Conversation(model: self.name(model)))
        reader.conversation.isStreamed = endpoint.isStreamed ?? false
        var hasContents = false
        for field in fields {
            if field.name == "contents" { hasContents = true }
            try reader.read(field.name, field.value)
        }
        guard hasContents, !reader.conversation.messages.isEmpty else {
            throw RelayError(
                .badRequest, code: "missing_required_parameter", parameter: "contents", "`contents` is missing or empty")
        }
        if let instruction = reader.instruction { reader.conversation.messages.insert(instruction, at: 0) }
        for name in reader.contents.partMembers.sorted() { reader.conversation.ownMembers[name] = true }
        return reader.conversation
    }

    /// A model's name without the collection before it.
    static func name(_ model: String) -> String {
        model.hasPrefix("models/") ? String(model.dropFirst("models/".utf8.count)) : model
    }

    private mutating func read(_ name: String, _ value: Member) throws(RelayError) {
        switch name {
        case "model": break
        case "contents": self.conversation.messages = try self.contents.messages(value)
        case "systemInstruction": self.instruction = try self.contents.instruction(value)
        case "tools": try GenerateContentToolsReader.readTools(value, into: &self.conversation)
        case "toolConfig": try GenerateContentToolsReader.readConfiguration(value, into: &self.conversation)
        case "generationConfig": try GenerateContentSettingsReader.read(value, into: &self.conversation)
        case "safetySettings": self.conversation.safetySettings = .array(try value.list().map(\.json))
        case "cachedContent": self.conversation.promptCache.content = try value.string()
        case "labels":
            let labels = try value.object()
            for (name, label) in labels { _ = try Member(label, place: "\(value.place).\(name)").string() }
            self.conversation.metadata = labels
        case "serviceTier":
            let tier = try value.string().lowercased()
            self.conversation.serviceTier = tier == "standard" ? "default" : tier == "unspecified" ? nil : tier
        case "store": self.conversation.isStored = try value.bool()
        default: self.conversation.ownMembers[name] = value.json
        }
    }
}
