public import Wire

/// What is wanted of a service, in that service's own names, without regard to era or transport.
public struct Operation: Sendable {
    /// What kind of call.
    public enum Kind: Sendable, Hashable {
        case callTool, getPrompt, readResource
        /// `completion/complete`.
        case complete
        case list(ListKind)
        /// A method of an extension that the service declares.
        case other(method: String)

        /// Whether the call may ask its client something. Only these may (2026-07-28, multi round-trip requests).
        public var mayAsk: Bool {
            switch self {
            case .callTool, .getPrompt, .readResource: true
            case .complete, .list, .other: false
            }
        }
    }

    /// What is listed.
    public enum ListKind: Sendable, Hashable, CaseIterable {
        case tools, prompts, resources, resourceTemplates

        /// The member of the result that holds the entries.
        public var member: String {
            switch self {
            case .tools: "tools"
            case .prompts: "prompts"
            case .resources: "resources"
            case .resourceTemplates: "resourceTemplates"
            }
        }
    }

    /// What kind of call.
    public let kind: Kind
    /// The name of the tool or prompt, or the URI of the resource; nil for the other kinds.
    public let target: String?
    /// The parameters as they came, without the members that belong to the protocol. `arguments` is absent where it was.
    public var params: RawObject
    /// Set on a call that goes on after questions.
    public var resumption: Resumption?

    /// An operation with all its parts.
    public init(_ kind: Kind, target: String? = nil, params: RawObject = RawObject(), resumption: Resumption? = nil) {
        self.kind = kind
        self.target = target
        self.params = params
        self.resumption = resumption
    }

    /// The same operation for another name or URI: what a virtual server does before it hands a call on.
    public func retargeted(to target: String) -> Operation {
        var params = self.params
        switch kind {
        case .callTool, .getPrompt: params["name"] = .string(target)
        case .readResource: params["uri"] = .string(target)
        case .complete, .list, .other: break
        }
        return Operation(kind, target: target, params: params, resumption: resumption)
    }

    /// `arguments`, empty where absent. Wrong types were refused before.
    public var arguments: JSONObject { params["arguments"]?.objectValue ?? JSONObject() }

    /// `cursor` of a list; nil on the first page. The empty string is a cursor.
    public var cursor: String? { params["cursor"]?.stringValue }
}

/// How a call goes on: the state that the service gave, and what the client answered.
public struct Resumption: Sendable {
    /// What the service gave with its questions; nil where it gave nothing or the client lost it.
    public let state: Continuation?
    /// What came back, by key. Keys that were not asked are the service's to ignore.
    public let answers: [AskKey: Answer]

    /// A continuation of a call.
    public init(state: Continuation?, answers: [AskKey: Answer]) {
        self.state = state
        self.answers = answers
    }
}

/// What a service wants back with the answers to its questions. It travels through the client, sealed by the engine:
/// a service keeps nothing between rounds.
public struct Continuation: Sendable, Hashable {
    /// Chosen by the service; nobody else reads it.
    public let text: String

    /// The state in that text.
    public init(_ text: String) { self.text = text }
}
