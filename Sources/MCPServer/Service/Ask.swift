import Wire

/// The name of a question within one call, chosen by who asks.
public struct AskKey: Sendable, Hashable, Comparable, ExpressibleByStringLiteral {
    /// The name on the wire.
    public let name: String

    /// The key of that name.
    public init(_ name: String) { self.name = name }

    /// The key of that name.
    public init(stringLiteral value: String) { name = value }

    /// By the bytes of the names.
    public static func < (left: AskKey, right: AskKey) -> Bool {
        left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
}

/// Something that a client is asked while it calls. The objects are the parameters without `_meta` of the protocol.
public enum Ask: Sendable {
    /// `elicitation/create`: the user fills in a form or visits a URL.
    case elicit(RawObject)
    /// `sampling/createMessage`: the client's model answers.
    case sample(RawObject)
    /// `roots/list`: which folders the client works in.
    case roots
    /// A method of an extension.
    case other(method: String, RawObject)

    /// The method on the wire.
    public var method: String {
        switch self {
        case .elicit: "elicitation/create"
        case .sample: "sampling/createMessage"
        case .roots: "roots/list"
        case .other(let method, _): method
        }
    }

    /// The parameters on the wire; nil for `roots/list`, which has none.
    public var params: RawObject? {
        switch self {
        case .elicit(let params), .sample(let params), .other(_, let params): params
        case .roots: nil
        }
    }

    /// The feature that a client must declare to be asked this; nil where an extension decides.
    public var requiredFeature: ClientCapabilities.Feature? {
        switch self {
        case .elicit(let params): params["mode"]?.stringValue == "url" ? .elicitationURL : .elicitationForm
        case .sample(let params): params["tools"] == nil ? .sampling : .samplingTools
        case .roots: .roots
        case .other: nil
        }
    }
}

extension Ask {
    /// The id under which the end of a visit to a URL is told; nil for other questions, and where who asks gave none.
    var elicitationID: String? {
        guard case .elicit(let params) = self, params["mode"]?.stringValue == "url" else { return nil }
        return params["elicitationId"]?.stringValue
    }
}

/// A question under its key. Questions keep their order.
public struct PendingAsk: Sendable {
    /// The name under which the answer comes.
    public let key: AskKey
    /// What is asked.
    public let ask: Ask

    /// A question under its key.
    public init(_ key: AskKey, _ ask: Ask) {
        self.key = key
        self.ask = ask
    }
}

/// What a client said to a question.
public enum Answer: Sendable {
    case result(RawObject)
    /// The client answered a live question with an error. A repeated call has no form for this.
    case refused(code: Int, message: String)
}
