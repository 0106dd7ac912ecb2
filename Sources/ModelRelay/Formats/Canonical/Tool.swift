internal import Wire

/// What a model may ask for.
struct Tool: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// - Parameter parameters: a JSON Schema; nil where the client gave none.
        case function(parameters: JSON?, isStrict: Bool?)
        /// A tool that takes a text, perhaps of a grammar (OpenAI's `custom`).
        case custom(format: JSON?)
        /// A tool that the provider itself has: the whole definition as it stands in its format. A search of the web is
        /// `Conversation.webSearch` instead.
        case own(WireFormat, JSON)
    }

    var name: String
    var description: String?
    var kind: Kind
    var cacheMark: CacheMark?
    /// Members of the definition that the canonical form has no place for, such as Anthropic's `input_examples` and `defer_loading`.
    var ownMembers = JSONObject()
}

/// Whether and which tool has to be asked for.
enum ToolChoice: Sendable, Hashable {
    case auto
    case none
    /// Some tool.
    case required
    case named(String)
    /// One of these, or none where it is not required.
    case allowed([String], isRequired: Bool)
}
