internal import Wire

/// Reads `tools` and `toolConfig`.
enum GenerateContentToolsReader {
    /// Under these names the rest of a search's settings is kept.
    static let searchMembers = ["googleSearch", "googleSearchRetrieval"]
    static let modeMember = "toolConfig.functionCallingConfig.mode"

    /// - Throws: a 400 that names the member.
    static func readTools(_ tools: Member, into conversation: inout Conversation) throws(RelayError) {
        for tool in try tools.list() {
            for (name, value) in try tool.fields() {
                switch name {
                case "functionDeclarations":
                    for function in try value.list() { conversation.tools.append(try self.function(function)) }
                case "googleSearch", "googleSearchRetrieval":
                    var search = conversation.webSearch ?? WebSearchRequest()
                    var rest = JSONObject()
                    for (member, value) in try value.fields() {
                        if member == "excludeDomains" {
                            for domain in try value.elements() { search.blockedDomains.append(try domain.string()) }
                        } else {
                            rest[member] = value.json
                        }
                    }
                    conversation.webSearch = search
                    if !rest.isEmpty || name != "googleSearch" { conversation.ownMembers["tools.\(name)"] = .object(rest) }
                default:
                    conversation.tools.append(Tool(name: name, kind: .own(.generateContent, .object([name: value.json]))))
                }
            }
        }
    }

    private static func function(_ function: Member) throws(RelayError) -> Tool {
        var tool = Tool(name: "", kind: .function(parameters: nil, isStrict: nil))
        var parameters: JSON?
        for (name, value) in try function.fields() {
            switch name {
            case "name": tool.name = try value.string()
            case "description": tool.description = try value.string()
            case "parameters": parameters = GeminiSchema.jsonSchema(.object(try value.object()))
            case "parametersJsonSchema": parameters = value.json
            default: tool.ownMembers[name] = value.json
            }
        }
        guard !tool.name.isEmpty else { throw Member(function.json, place: "\(function.place).name").unacceptable("is missing") }
        tool.kind = .function(parameters: parameters, isStrict: nil)
        return tool
    }

    /// - Throws: a 400 that names the member.
    static func readConfiguration(_ configuration: Member, into conversation: inout Conversation) throws(RelayError) {
        for (name, value) in try configuration.fields() {
            switch name {
            case "functionCallingConfig": try self.readCalling(value, into: &conversation)
            default: conversation.ownMembers["toolConfig.\(name)"] = value.json
            }
        }
    }

    private static func readCalling(_ calling: Member, into conversation: inout Conversation) throws(RelayError) {
        var mode: Member?
        var allowed: [String] = []
        for (name, value) in try calling.fields() {
            switch name {
            case "mode": mode = value
            case "allowedFunctionNames": for name in try value.elements() { allowed.append(try name.string()) }
            default: conversation.ownMembers["toolConfig.functionCallingConfig.\(name)"] = value.json
            }
        }
        switch try mode?.enumeration() {
        case "NONE": conversation.toolChoice = ToolChoice.none
        case "ANY":
            conversation.toolChoice =
                allowed.isEmpty ? .required : allowed.count == 1 ? .named(allowed[0]) : .allowed(allowed, isRequired: true)
        case let word? where ["AUTO", "VALIDATED", "MODE_UNSPECIFIED"].contains(word):
            conversation.toolChoice = allowed.isEmpty ? .auto : .allowed(allowed, isRequired: false)
            // That calls are held to their schemas is asked of each tool elsewhere, and there under rules that these schemas need not meet.
            if word == "VALIDATED" { conversation.ownMembers[self.modeMember] = "VALIDATED" }
        case nil: conversation.toolChoice = allowed.isEmpty ? nil : .allowed(allowed, isRequired: false)
        default: throw mode?.unacceptable("must be AUTO, ANY, NONE or VALIDATED") ?? calling.wrong("an object")
        }
    }
}
