public import Wire

/// One prompt of an embedded server.
public struct Prompt: Sendable {
    /// An argument of a prompt. All are texts.
    public struct Argument: Sendable {
        /// The name by which it is given.
        public let name: String
        /// For a person.
        public let description: String?
        /// Whether the prompt can't be had without it.
        public let isRequired: Bool
        let completer: Completer?

        /// An argument; with a completer, clients can propose values.
        public init(
            _ name: String, description: String? = nil, isRequired: Bool = false, completer: Completer? = nil
        ) {
            self.name = name
            self.description = description
            self.isRequired = isRequired
            self.completer = completer
        }

        var json: JSON {
            var json = Definition(name, nil, description).json
            if isRequired { json["required"] = true }
            return .object(json)
        }
    }

    /// Makes the prompt. Required arguments are there.
    public typealias Handler =
        @Sendable (
            _ arguments: [String: String], _ call: FeatureCall
        ) async throws -> PromptResult

    /// The name by which it is got.
    public let name: String
    /// The prompt as it stands in `prompts/list`.
    public let definition: JSONObject
    let arguments: [Argument]
    let handler: Handler

    /// A prompt.
    public init(
        name: String, title: String? = nil, description: String, arguments: [Argument] = [], meta: JSONObject? = nil,
        handler: @escaping Handler
    ) {
        self.name = name
        self.arguments = arguments
        self.handler = handler
        var definition = Definition(name, title, description)
        if !arguments.isEmpty { definition.json["arguments"] = .array(arguments.map(\.json)) }
        definition.add(nil, meta)
        self.definition = definition.json
    }

    /// The arguments as texts. Unknown ones are left out.
    /// - Throws: `invalidParams` that names the argument.
    func texts(_ given: JSONObject) throws(MCPError) -> [String: String] {
        var texts: [String: String] = [:]
        for argument in arguments {
            switch given[argument.name] {
            case .string(let text)?: texts[argument.name] = text
            case nil where argument.isRequired:
                throw .invalidParams("Prompt \(name): arguments.\(argument.name) is missing")
            case nil: continue
            case let value?:
                throw .invalidParams(
                    "Prompt \(name): arguments.\(argument.name) must be a string, not \(value.kind.withArticle)")
            }
        }
        return texts
    }
}

/// What a prompt says.
public struct PromptResult: Sendable {
    /// One message of a prompt.
    public struct Message: Sendable {
        /// Who says it.
        public enum Role: String, Sendable, Hashable { case user, assistant }

        /// The message on the wire.
        public let json: JSON

        /// A message.
        public init(_ role: Role, _ content: ContentBlock) {
            json = ["role": .string(role.rawValue), "content": content.json]
        }

        /// A message of the user's.
        public static func user(_ content: ContentBlock) -> Message { Message(.user, content) }
        /// A message of the model's.
        public static func assistant(_ content: ContentBlock) -> Message { Message(.assistant, content) }
    }

    /// What the prompt is for.
    public let description: String?
    /// The messages in order.
    public let messages: [Message]

    /// A result with its messages.
    public init(description: String? = nil, _ messages: [Message]) {
        self.description = description
        self.messages = messages
    }

    /// The result of `prompts/get`.
    var object: RawObject {
        var object = JSONObject()
        if let description { object["description"] = .string(description) }
        object["messages"] = .array(messages.map(\.json))
        return RawObject(object)
    }
}
