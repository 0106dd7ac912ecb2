public import Wire

/// What a user did with an elicitation.
public enum Elicited: Sendable, Hashable {
    /// The form's content; empty for a URL.
    case accepted(JSONObject)
    /// The user said no.
    case declined
    /// The user said nothing.
    case cancelled

    /// In the specification's words.
    public var action: String {
        switch self {
        case .accepted: "accept"
        case .declined: "decline"
        case .cancelled: "cancel"
        }
    }

    init(_ result: RawObject) {
        switch result["action"]?.stringValue {
        case "accept": self = .accepted(result["content"]?.objectValue ?? JSONObject())
        case "decline": self = .declined
        default: self = .cancelled
        }
    }
}

extension Ask {
    /// A form: a flat object whose properties are strings, numbers, Booleans and choices.
    ///
    /// `mode` is left out, as it must be before 2025-11-25 and may be since: its absence means a form.
    public static func form(_ message: String, schema: JSONObject) -> Ask {
        .elicit(["message": .string(message), "requestedSchema": .object(schema)])
    }

    /// A URL that the user should visit. The id is needed by clients of 2025-11-25.
    public static func visit(_ url: String, message: String, id: String) -> Ask {
        .elicit([
            "mode": "url", "message": .string(message), "url": .string(url), "elicitationId": .string(id),
        ])
    }

    /// One user message for the client's model.
    public static func prompt(_ text: String, maximumTokens: Int) -> Ask {
        .sample([
            "messages": [["role": "user", "content": ["type": "text", "text": .string(text)]]],
            "maxTokens": .integer(maximumTokens),
        ])
    }
}

extension Interview {
    /// Asks the user to fill in a form.
    /// - Throws: as `ask(_:)`.
    public func elicit(_ key: AskKey, _ message: String, schema: JSONObject) async throws -> Elicited {
        Elicited(try await ask(key, .form(message, schema: schema)))
    }

    /// Asks the user to visit a URL. Accepting is consent, not that the visit is over.
    /// - Throws: as `ask(_:)`.
    public func visit(_ key: AskKey, _ url: String, message: String, id: String) async throws -> Elicited {
        Elicited(try await ask(key, .visit(url, message: message, id: id)))
    }

    /// Lets the client's model answer a text, and gives the text of its answer.
    /// - Throws: as `ask(_:)`.
    public func sample(_ key: AskKey, _ text: String, maximumTokens: Int) async throws -> String {
        let result = try await ask(key, .prompt(text, maximumTokens: maximumTokens))
        return Self.blocks(result["content"]).compactMap { $0["text"]?.stringValue }.joined(separator: "\n")
    }

    /// Asks which folders the client works in: objects with `uri` and perhaps `name`.
    /// - Throws: as `ask(_:)`.
    public func roots(_ key: AskKey) async throws -> [JSON] { try await ask(key, .roots)["roots"]?.arrayValue ?? [] }

    /// The content of a sampling result: one block, or since 2025-11-25 several.
    public static func blocks(_ content: JSON?) -> [JSON] { content?.arrayValue ?? content.map { [$0] } ?? [] }
}
