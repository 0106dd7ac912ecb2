internal import Outbound
internal import Wire

extension Provider {
    /// The members of a provider's file.
    static let members: Set<String> = [
        "name", "displayName", "type", "baseURL", "versionPath", "extendedPaths", "configHeaders", "keyHelp", "key",
        "authentication", "headers",
        "transport", "paths", "streamPaths", "formats", "models", "readme", "configSchema",
    ]

    /// - Throws: a `ProviderError` that names the file and the member.
    init(json: JSON, file: String) throws(ProviderError) {
        guard let object = json.objectValue else { throw ProviderError(file, "a provider is a mapping") }
        let reader = try ProviderReader(object, file: file, members: Self.members)
        self.name = try reader.required("name", reader.text("name"))
        self.displayName = try reader.text("displayName") ?? self.name
        guard let type = object["type"]?.int64Value else { throw reader.wrong("type", "a whole number") }
        self.type = type
        self.baseURL = try reader.required("baseURL", reader.text("baseURL"))
        var path = ""
        if !self.baseURL.isEmpty {
            do { path = try UpstreamBase(self.baseURL).path } catch { throw reader.wrong("baseURL", "a URL: \(error.message)") }
        }
        self.versionPath = try reader.path("versionPath") ?? path
        self.extendedPaths = try reader.texts("extendedPaths")
        self.configHeaders = try reader.texts("configHeaders")
        guard self.configHeaders.values.allSatisfy(ProviderReader.isToken) else {
            throw reader.wrong("configHeaders", "a mapping to names of headers")
        }
        self.keyHelp = try reader.text("keyHelp") ?? ""
        self.key = try reader.nested("key", members: ["forms", "mayBeEmpty", "uses"]).map(ProviderKey.init(reader:)) ?? .free
        self.authentication = try reader.required("authentication", reader.authentication("authentication"))
        self.headers = try reader.headers()
        guard let transport = Transport(rawValue: try reader.text("transport") ?? "http") else {
            throw reader.wrong("transport", "http, fake or fake-error")
        }
        self.transport = transport
        let paths = try reader.paths("paths")
        self.formats = paths.map(\.format)
        self.paths = Dictionary(paths.map { ($0.format, $0.path) }, uniquingKeysWith: { first, _ in first })
        self.streamPaths = Dictionary(
            try reader.paths("streamPaths").map { ($0.format, $0.path) }, uniquingKeysWith: { first, _ in first })
        self.formatRules = [:]
        for (format, rules) in try reader.byFormat("formats") {
            self.formatRules[format] = try FormatRules(
                reader: reader.nested(rules, "formats.\(format.rawValue)", members: FormatRules.members))
        }
        self.modelRules = []
        for (index, rule) in (try reader.list("models")).enumerated() {
            let rule = try reader.nested(rule, "models[\(index)]", members: ModelRule.members)
            self.modelRules.append(try ModelRule(reader: rule, formatRules: self.formatRules))
        }
        self.readme = try reader.text("readme") ?? ""
        self.configSchema = try reader.object("configSchema") ?? JSONObject()
        guard JSONSchema.compile(.object(self.configSchema)).schema != nil else {
            throw reader.wrong("configSchema", "a JSON Schema")
        }
    }
}

extension ProviderKey {
    fileprivate init(reader: ProviderReader) throws(ProviderError) {
        let forms = try reader.strings("forms") ?? ["{key}"]
        guard !forms.isEmpty, forms.allSatisfy(Self.isForm) else {
            throw reader.wrong("forms", "texts with names in braces, such as {key}|{group_id}")
        }
        let names = Set(forms.flatMap(Self.names(in:)))
        var uses: [String: Use] = [:]
        for (name, text) in try reader.texts("uses") {
            guard names.contains(name), let use = Use(text) else {
                throw reader.wrong("uses", "names of the forms with header:<name> or query:<name>")
            }
            uses[name] = use
        }
        self.init(forms: forms, mayBeEmpty: try reader.boolean("mayBeEmpty") ?? false, uses: uses)
    }
}

extension ProviderKey.Use {
    fileprivate init?(_ text: String) {
        switch Provider.Authentication(text: text) {
        case .header(let name): self = .header(name)
        case .query(let name): self = .query(name)
        default: return nil
        }
    }
}

extension Provider.FormatRules {
    static let members: Set<String> = ["versionPath", "authentication", "headers", "quirks"]

    fileprivate init(reader: ProviderReader) throws(ProviderError) {
        self.versionPath = try reader.path("versionPath")
        self.authentication = try reader.authentication("authentication")
        self.headers = try reader.headers()
        if let quirks = try reader.nested("quirks", members: Quirks.members) { try self.quirks.read(quirks) }
    }
}

extension Provider.ModelRule {
    static let members: Set<String> = ["match", "ownHostOnly", "formats", "paths", "quirks"]

    fileprivate init(reader: ProviderReader, formatRules: [WireFormat: Provider.FormatRules]) throws(ProviderError) {
        self.patterns = try reader.required("match", reader.strings("match")).map(ModelNamePattern.init)
        self.isForOwnHostOnly = try reader.boolean("ownHostOnly") ?? false
        self.formats = nil
        if let names = try reader.strings("formats") {
            let formats = names.compactMap(WireFormat.init(rawValue:))
            guard formats.count == names.count else { throw reader.wrong("formats", "known wire formats") }
            self.formats = formats
        }
        self.paths = Dictionary(
            try reader.paths("paths").map { ($0.format, $0.path) }, uniquingKeysWith: { first, _ in first })
        for (format, members) in try reader.byFormat("quirks") {
            var quirks = formatRules[format]?.quirks ?? Quirks()
            try quirks.read(reader.nested(members, "quirks.\(format.rawValue)", members: Quirks.members))
            self.quirks[format] = quirks
        }
    }
}

extension Quirks {
    static let members: Set<String> = [
        "thinking", "outputLimitName", "unsupportedMembers", "lacksDeveloperRole", "lacksStreamOptions", "lacksJSONSchema",
    ]

    /// Takes over the members that are there.
    fileprivate mutating func read(_ reader: ProviderReader) throws(ProviderError) {
        if let text = try reader.text("thinking") {
            guard let style = ThinkingStyle(rawValue: text) else { throw reader.wrong("thinking", "a known style") }
            self.thinking = style
        }
        self.outputLimitName = try reader.text("outputLimitName") ?? self.outputLimitName
        self.unsupportedMembers = try reader.strings("unsupportedMembers") ?? self.unsupportedMembers
        self.lacksDeveloperRole = try reader.boolean("lacksDeveloperRole") ?? self.lacksDeveloperRole
        self.lacksStreamOptions = try reader.boolean("lacksStreamOptions") ?? self.lacksStreamOptions
        self.lacksJSONSchema = try reader.boolean("lacksJSONSchema") ?? self.lacksJSONSchema
    }
}
