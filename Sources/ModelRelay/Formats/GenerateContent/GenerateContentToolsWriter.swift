internal import NIOHTTP1
internal import Wire

/// Writes `tools` and `toolConfig`.
struct GenerateContentToolsWriter {
    private let conversation: Conversation
    private let target: EncodingTarget
    private let model: GeminiModel
    private(set) var losses: Losses

    init(_ conversation: Conversation, target: EncodingTarget, model: GeminiModel, losses: Losses) {
        self.conversation = conversation
        self.target = target
        self.model = model
        self.losses = losses
    }

    private var isOwn: Bool { self.target.client.format == .generateContent }

    /// - Throws: a 400 where a tool has to be asked for that can't be offered.
    mutating func write(to request: inout JSONObject) throws(RelayError) {
        var functions: [JSON] = []
        var tools: [JSON] = []
        var isStrict = false
        var left: Set<String> = []
        for tool in self.conversation.tools {
            switch tool.kind {
            case .function(let parameters, let strict):
                functions.append(self.function(tool, parameters))
                if strict == true { isStrict = true }
            case .custom:
                // A tool that takes any text would come back as a call with an object, which its client could not tell from a function's.
                self.losses.drop(.customTools)
                left.insert(tool.name)
            case .own(.generateContent, let definition): tools.append(definition)
            case .own:
                self.losses.drop(.ownTools)
                left.insert(tool.name)
            }
        }
        if !functions.isEmpty { tools.insert(["functionDeclarations": .array(functions)], at: 0) }
        let searches = self.searches()
        tools += searches
        if !tools.isEmpty { request["tools"] = .array(tools) }
        var configuration = try self.choice(isStrict: isStrict, left: left, hasFunctions: !functions.isEmpty)
        if !self.isOwn, self.model.isThirdGeneration, !searches.isEmpty, !functions.isEmpty {
            // Without it a search beside functions is refused.
            configuration["includeServerSideToolInvocations"] = true
        }
        self.restoreConfiguration(&configuration)
        if !configuration.isEmpty { request["toolConfig"] = .object(configuration) }
    }

    private mutating func function(_ tool: Tool, _ parameters: JSON?) -> JSON {
        var function: JSONObject = ["name": .string(tool.name)]
        function["description"] = tool.description.map { .string($0) }
        if let parameters, !Self.isEmpty(parameters) || self.isOwn {
            if self.target.quirks.lacksFullSchemas {
                let (subset, dropped) = GeminiSchema.subset(of: parameters)
                function["parameters"] = subset
                for keyword in dropped { self.losses.drop(member: "parameters.\(keyword)") }
            } else {
                function["parametersJsonSchema"] = parameters
            }
        }
        for (name, value) in tool.ownMembers {
            if self.isOwn { function[name] = value } else { self.losses.drop(member: "tools.\(name)") }
        }
        return .object(function)
    }

    /// Whether a function takes nothing, which is said by no schema: an object without members is refused.
    private static func isEmpty(_ schema: JSON) -> Bool {
        guard let object = schema.objectValue else { return false }
        return object["properties"]?.objectValue?.isEmpty ?? (object["type"] == "object" || object.isEmpty)
            && object["$ref"] == nil
            && object["anyOf"] == nil && object["allOf"] == nil && object["oneOf"] == nil
    }

    private mutating func searches() -> [JSON] {
        guard let search = self.conversation.webSearch else { return [] }
        if self.isOwn {
            let kept = GenerateContentToolsReader.searchMembers.compactMap { name in
                self.conversation.ownMembers["tools.\(name)"].map { (name, $0) }
            }
            var (name, settings) = kept.first.map { ($0, $1.objectValue ?? [:]) } ?? ("googleSearch", [:])
            if !search.blockedDomains.isEmpty { settings["excludeDomains"] = .array(search.blockedDomains.map { .string($0) }) }
            return [.object([name: .object(settings)])]
        }
        if search.contextSize != nil || search.location != nil || search.maximumUses != nil { self.losses.drop(.webSearch) }
        if !search.allowedDomains.isEmpty || !search.blockedDomains.isEmpty { self.losses.drop(.webSearchDomains) }
        return [["googleSearch": [:]]]
    }

    private mutating func choice(isStrict: Bool, left: Set<String>, hasFunctions: Bool) throws(RelayError) -> JSONObject {
        let client = self.target.client
        func calling(_ mode: String, _ names: [String] = []) -> JSONObject {
            var calling: JSONObject = ["mode": .string(mode)]
            if !names.isEmpty { calling["allowedFunctionNames"] = .array(names.map { .string($0) }) }
            return ["functionCallingConfig": .object(calling)]
        }
        // VALIDATED holds calls to their schemas, and is the only mode in which names may be allowed without one being required.
        switch self.conversation.toolChoice {
        case nil, .auto:
            if self.isOwn, let mode = self.conversation.ownMembers[GenerateContentToolsReader.modeMember]?.stringValue {
                return calling(mode)
            }
            if isStrict, hasFunctions { return calling("VALIDATED") }
            return self.conversation.toolChoice != nil && hasFunctions ? calling("AUTO") : [:]
        case ToolChoice.none?: return calling("NONE")
        case .required:
            guard hasFunctions else {
                throw GenerateContentRequestWriter.refusal(
                    .toolChoiceRequired, "needs a function that this model can call", client: client)
            }
            return calling("ANY")
        case .named(let name):
            guard !left.contains(name) else {
                throw GenerateContentRequestWriter.refusal(
                    .toolChoiceNamed, "names a tool that this model can't call", client: client)
            }
            return calling("ANY", [name])
        case .allowed(let names, let isRequired):
            let callable = names.filter { !left.contains($0) }
            guard !callable.isEmpty || names.isEmpty else {
                throw GenerateContentRequestWriter.refusal(
                    .toolChoiceAllowed, "names only tools that this model can't call", client: client)
            }
            return calling(isRequired ? "ANY" : "VALIDATED", callable)
        }
    }

    private mutating func restoreConfiguration(_ configuration: inout JSONObject) {
        guard self.isOwn else { return }
        for (name, value) in self.conversation.ownMembers where name.hasPrefix("toolConfig.") {
            let path = name.split(separator: ".").map(String.init)
            switch path.count {
            case 2: configuration[path[1]] = value
            // The client gets arguments whole, so they aren't asked for in pieces.
            case 3 where path[2] == "streamFunctionCallArguments": self.losses.drop(member: name)
            case 3 where path[1] == "functionCallingConfig" && path[2] != "mode":
                var calling = configuration[path[1]]?.objectValue ?? [:]
                calling[path[2]] = value
                configuration[path[1]] = .object(calling)
            default: break
            }
        }
    }
}
