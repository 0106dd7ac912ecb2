internal import Outbound
public import Wire

/// A kind of upstream, as its file under `templates/providers` describes it: which wire formats it speaks, where, and how it differs
/// from their references. A provider that speaks known formats needs no code of its own.
public struct Provider: Sendable, Hashable {
    /// Where the credential stands in a request.
    public enum Authentication: Sendable, Hashable {
        /// `Authorization: Bearer <key>`
        case bearer
        /// The key alone in a header of this name.
        case header(String)
        /// A parameter of this name in the query.
        case query(String)
        case none
    }

    /// What answers.
    public enum Transport: String, Sendable, Hashable {
        case http
        /// A simulator inside this process, for trials and tests.
        case fake
        /// A simulator that always fails.
        case fakeError = "fake-error"
    }

    /// A header that every request has.
    public struct Header: Sendable, Hashable {
        public var name: String
        public var value: String
    }

    /// How one wire format differs from what holds for the whole provider.
    public struct FormatRules: Sendable, Hashable {
        /// The path that stands in place of the provider's version path, where this format has a base of its own.
        public var versionPath: String?
        /// Where the credential stands, where that is elsewhere than for the other formats.
        public var authentication: Authentication?
        public var headers: [Header] = []
        public var quirks = Quirks()
    }

    /// What holds for models of certain names only.
    public struct ModelRule: Sendable, Hashable {
        public var patterns: [ModelNamePattern]
        /// Whether it holds only where the base URL is the provider's own host: another server that speaks the same formats may serve
        /// models of the same names in others.
        public var isForOwnHostOnly = false
        /// The only formats in which these models are served, best first; nil = all.
        public var formats: [WireFormat]?
        /// Paths in place of the provider's own.
        public var paths: [WireFormat: String] = [:]
        public var quirks: [WireFormat: Quirks] = [:]
    }

    /// The name in error messages, and of its file.
    public var name: String
    /// The name that the contract shows.
    public var displayName: String
    /// The contract's number of the channel type.
    public var type: Int64
    /// The default; "" where every channel has to name one.
    public var baseURL: String
    /// The path of the API's version, such as `/v1`, with which or without which a base URL may be given.
    public var versionPath: String
    /// Ends of custom base URLs, each with what is added to it.
    public var extendedPaths: [String: String]
    /// Headers that take their value from a member of the channel's `configs`: member to header.
    public var configHeaders: [String: String]
    public var keyHelp: String
    public var key: ProviderKey
    public var authentication: Authentication
    public var headers: [Header]
    public var transport: Transport
    /// The formats of `paths`, in the file's order, which is that of preference.
    public var formats: [WireFormat]
    /// Paths below the base URL by wire format, for those it speaks. `{model}` stands for the model's name.
    public var paths: [WireFormat: String]
    /// Paths for streams, where those have their own.
    public var streamPaths: [WireFormat: String]
    public var formatRules: [WireFormat: FormatRules]
    public var modelRules: [ModelRule]
    /// What people should know, in Markdown.
    public var readme: String
    /// The JSON Schema of a channel's `configs`; empty where there is nothing to set.
    public var configSchema: JSONObject
}

extension Provider {
    /// The formats in which a model is served, best first.
    /// - Parameter baseURL: the channel's; "" = the provider's.
    public func formats(forModel model: String, baseURL: String = "") -> [WireFormat] {
        guard let only = self.rules(model, baseURL).lazy.compactMap(\.formats).first else { return self.formats }
        return only.filter { self.path($0, model: model, baseURL: baseURL) != nil }
    }

    /// The path below the base URL for a model; nil where the format isn't spoken.
    public func path(_ format: WireFormat, model: String, isStreamed: Bool = false, baseURL: String = "") -> String? {
        if let path = self.rules(model, baseURL).lazy.compactMap({ $0.paths[format] }).first { return path }
        return (isStreamed ? self.streamPaths[format] : nil) ?? self.paths[format]
    }

    /// How the provider differs from a format's reference for a model.
    public func quirks(_ format: WireFormat, model: String, baseURL: String = "") -> Quirks {
        if let quirks = self.rules(model, baseURL).lazy.compactMap({ $0.quirks[format] }).first { return quirks }
        return self.formatRules[format]?.quirks ?? Quirks()
    }

    /// The rules that hold, in the file's order: the first that says something counts.
    private func rules(_ model: String, _ baseURL: String) -> [ModelRule] {
        guard !self.modelRules.isEmpty else { return [] }
        let name = ModelNamePattern.Name(model)
        return self.modelRules.filter { rule in
            rule.patterns.contains { $0.matches(name) } && (!rule.isForOwnHostOnly || self.isOwnHost(baseURL))
        }
    }

    private func isOwnHost(_ baseURL: String) -> Bool {
        func host(_ url: String) -> String? { (try? UpstreamBase(url))?.address.host }
        return baseURL.isEmpty || host(baseURL) == host(self.baseURL)
    }
}
