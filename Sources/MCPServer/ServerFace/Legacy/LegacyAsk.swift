import Wire

/// A question as a legacy client of a revision can take it.
///
/// Up to 2025-06-18 forms have no titled or multiple choices as JSON Schema writes them, and messages to sample from are
/// single blocks without tools. What has no older form is not asked.
struct LegacyAsk: Sendable {
    /// The method on the wire.
    let method: String
    /// Its parameters.
    let params: RawObject?
    /// The id of a visit to a URL, whose end the client is told. Who asks tells it by its own id; the end of a visit with an id
    /// made here is that of the call.
    private(set) var elicitation: (id: String, isOurs: Bool)?

    /// - Throws: `missingClientCapability` where this client can't be asked.
    init(_ ask: Ask, client: ClientProfile, makeID: () -> String) throws(MCPError) {
        method = ask.method
        if let feature = ask.requiredFeature, !client.canBeAsked(feature) { throw .missingClientCapability(feature) }
        switch ask {
        case .roots: params = nil
        case .elicit(let original):
            var object = original.object.withoutLinks
            if ask.requiredFeature == .elicitationURL {
                let given = object["elicitationId"]?.stringValue
                let id = given ?? makeID()
                object["elicitationId"] = .string(id)
                elicitation = (id, isOurs: given == nil)
            } else if client.revision < .november2025 {
                object = try Self.olderForm(object)
            }
            params = RawObject(object)
        case .sample(let original):
            var object = original.object.withoutLinks
            if client.revision < .november2025 {
                object = try Self.olderSampling(object, for: client.revision)
            } else if let context = object["includeContext"], context != "none",
                !client.capabilities.declares(.samplingContext)
            {
                object["includeContext"] = nil
            }
            params = RawObject(object)
        case .other: throw .internalError("This client can't be asked \(ask.method)")
        }
    }

    /// The notification that a visit is over (2025-11-25).
    static func completion(of elicitationID: String) -> [UInt8] {
        Outgoing.notification("notifications/elicitation/complete", ["elicitationId": .string(elicitationID)])
    }

    // MARK: - Forms

    private static func olderForm(_ params: JSONObject) throws(MCPError) -> JSONObject {
        guard var schema = params["requestedSchema"]?.objectValue, var properties = schema["properties"]?.objectValue else {
            return params
        }
        var changed = false
        for (name, value) in properties {
            guard let property = value.objectValue else { continue }
            if property["type"]?.stringValue == "array" {
                throw MCPError(
                    .missingClientCapability(.elicitationForm),
                    "The form has a multiple choice, which the client's revision has not")
            }
            guard let choices = (property["oneOf"] ?? property["anyOf"])?.arrayValue else { continue }
            var older = property
            older["oneOf"] = nil
            older["anyOf"] = nil
            older["enum"] = .array(choices.map { $0["const"] ?? "" })
            older["enumNames"] = .array(choices.map { $0["title"] ?? $0["const"] ?? "" })
            properties[name] = .object(older)
            changed = true
        }
        guard changed else { return params }
        var params = params
        schema["properties"] = .object(properties)
        params["requestedSchema"] = .object(schema)
        return params
    }

    // MARK: - Sampling

    /// Messages with one block each: several blocks become several messages of the same role.
    private static func olderSampling(_ params: JSONObject, for revision: Revision) throws(MCPError) -> JSONObject {
        guard let messages = params["messages"]?.arrayValue else { return params }
        var single: [JSON] = []
        for message in messages {
            guard let object = message.objectValue, let content = object["content"] else {
                single.append(message)
                continue
            }
            let blocks = content.arrayValue ?? [content]
            for block in blocks {
                try check(block, for: revision)
                var copy = object
                copy["content"] = block
                single.append(.object(copy))
            }
        }
        var params = params
        params["messages"] = .array(single)
        return params
    }

    private static func check(_ block: JSON, for revision: Revision) throws(MCPError) {
        switch block["type"]?.stringValue {
        case "tool_use", "tool_result": throw .missingClientCapability(.samplingTools)
        case "audio" where revision < .march2025:
            throw MCPError(.missingClientCapability(.sampling), "The question holds audio, which the client's revision has not")
        default: break
        }
    }
}

extension JSONObject {
    /// The parameters of a question without what ties it to the request it was first asked by.
    fileprivate var withoutLinks: JSONObject {
        var copy = self
        copy.removeFromMeta(ProtocolKey.ofRequests)
        if copy.contains("task") { copy["task"] = nil }
        return copy
    }
}

extension ClientProfile {
    /// Whether a legacy client declares the feature and its revision has it.
    fileprivate func canBeAsked(_ feature: ClientCapabilities.Feature) -> Bool {
        guard capabilities.declares(feature) else { return false }
        switch feature {
        case .elicitationForm: return revision >= .june2025
        case .elicitationURL, .samplingTools: return revision >= .november2025
        case .sampling, .samplingContext, .roots: return true
        case .tasks: return false
        }
    }
}
