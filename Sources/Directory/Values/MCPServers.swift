public import Ledger
public import Wire

/// An MCP server that the operator offers to every group.
public struct PublicServer: Sendable, Hashable {
    public struct Status: Sendable, Hashable {
        public let number: Int64
        public init(number: Int64) { self.number = number }
        public static let enabled = Status(number: 1)
        public static let disabled = Status(number: 2)
    }

    /// What kind of service answers; the text is the contract's.
    public struct Kind: Sendable, Hashable {
        public let name: String
        public init(name: String) { self.name = name }
        public static let embedded = Kind(name: "mcp_embed")
        public static let proxySSE = Kind(name: "mcp_proxy_sse")
        public static let proxyStreamable = Kind(name: "mcp_proxy_streamable")
        public static let openAPI = Kind(name: "mcp_openapi")
        /// A card with a README; it answers no call.
        public static let docs = Kind(name: "mcp_docs")
        /// A child process, from the operator's configuration file only: no API makes, changes or stores one.
        public static let standardIO = Kind(name: "mcp_stdio")
        /// The kinds that an API may make, and that are stored.
        public static let all: [Kind] = [embedded, proxySSE, proxyStreamable, openAPI, docs]

        /// Whether it is a server elsewhere that calls are passed on to.
        public var isProxy: Bool { self == .proxySSE || self == .proxyStreamable }
        /// Whether it answers calls at all, rather than being a card only.
        public var isCallable: Bool { self != .docs }
    }

    /// `[A-Za-z0-9_-]`, at most 64 characters.
    public var id: String
    public var status = Status.enabled
    public var kind: Kind
    public var name = ""
    public var nameChinese = ""
    public var description = ""
    public var descriptionChinese = ""
    public var readme = ""
    public var readmeChinese = ""
    public var readmeURL = ""
    public var readmeChineseURL = ""
    public var githubURL = ""
    public var logoURL = ""
    public var tags: [String] = []
    public var defaultToolCallPrice = Money.zero
    public var toolCallPrices: [String: Money] = [:]
    /// The contract's `proxy_config`, `openapi_config`, `embed_config`, `test_config`, each a JSON object. Secrets in them are sealed wherever they are stored.
    public var proxyConfig = JSONObject()
    public var openAPIConfig = JSONObject()
    public var embedConfig = JSONObject()
    public var testConfig = JSONObject()
    /// Milliseconds since 1970.
    public var createdAt: Int64
    public var updatedAt: Int64

    public init(id: String, kind: Kind, createdAt: Int64) {
        self.id = id
        self.kind = kind
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }

    /// What a call of `tool` costs.
    public func price(ofTool tool: String) -> Money { toolCallPrices[tool] ?? defaultToolCallPrice }
}

/// An MCP server that belongs to one group.
public struct GroupServer: Sendable, Hashable {
    /// What kind of service answers; the text is the contract's, which is that of the public kinds.
    public struct Kind: Sendable, Hashable {
        public let name: String
        public init(name: String) { self.name = name }
        public static let proxySSE = Kind(name: "mcp_proxy_sse")
        public static let proxyStreamable = Kind(name: "mcp_proxy_streamable")
        public static let openAPI = Kind(name: "mcp_openapi")
        /// The kinds that there are.
        public static let all: [Kind] = [proxySSE, proxyStreamable, openAPI]

        /// The kind of that name, also without the `mcp_` before it; nil where there is none.
        public init?(anyName name: String) {
            guard let kind = Self.all.first(where: { $0.name == name || $0.name == "mcp_" + name }) else { return nil }
            self = kind
        }

        /// Whether it is a server elsewhere that calls are passed on to.
        public var isProxy: Bool { self != .openAPI }
    }

    /// As a public server's; unique in its group.
    public var id: String
    public var groupID: String
    public var status = PublicServer.Status.enabled
    public var kind: Kind
    public var name = ""
    public var description = ""
    /// The contract's `proxy_config` and `openapi_config`, each a JSON object. Secrets in them are sealed wherever they are stored.
    public var proxyConfig = JSONObject()
    public var openAPIConfig = JSONObject()
    /// Milliseconds since 1970.
    public var createdAt: Int64
    public var updatedAt: Int64

    public init(id: String, groupID: String, kind: Kind, createdAt: Int64) {
        self.id = id
        self.groupID = groupID
        self.kind = kind
        self.createdAt = createdAt
        self.updatedAt = createdAt
    }
}
