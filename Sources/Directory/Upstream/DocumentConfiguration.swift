public import Wire

/// The contract's `openapi_config`, read strictly: which document becomes tools, and how its API is called.
///
/// Beyond the contract's members (`openapi_spec`, `openapi_content`, `server_addr`, `authorization`, `v2`) it has `credentials`,
/// `client_certificate`, `reusing`, `include`, `exclude`, `names`, `input_budget`, `output_budget` and `structured_output`.
public struct DocumentConfiguration: Sendable, Hashable {
    /// Where the document is.
    public enum Source: Sendable, Hashable {
        case url(ServerURL)
        case text(String)
        /// Not said by the configuration: the argument of a command.
        case given
    }

    /// What shows the API who calls, for one of its security schemes; each text a secret.
    public enum Credential: Sendable, Hashable {
        case key(String)
        case basic(user: String, password: String)
        case token(String)
        case client(id: String, secret: String, tokenURL: String?, scopes: [String]?)
        case certificate(ClientCertificate)
    }

    /// Which operations are meant: what is nil fits everything.
    public struct Filter: Sendable, Hashable {
        public let tag: String?
        public let path: String?
        public let method: String?
        public let operation: String?
    }

    public let source: Source
    /// In place of the document's servers.
    public let serverAddress: ServerURL?
    /// One value for whatever the operations ask for; a secret.
    public let authorization: String?
    /// One for every scheme that is mutual TLS.
    public let clientCertificate: ClientCertificate?
    /// By security scheme.
    public let credentials: [String: Credential]
    /// Values that groups give, by key: each is the credential of the scheme that its key names.
    public let reusing: [ReusingParameter]
    public let include: [Filter]
    public let exclude: [Filter]
    /// Names of tools by `operationId` or `METHOD /path`.
    public let names: [String: String]
    /// In bytes; nil: the compiler's own.
    public let inputBudget: Int?
    public let outputBudget: Int?
    public let structuredOutput: Bool

    /// The longest document that is stored, in bytes.
    public static let greatestText = 16 << 20
    private static let budgets = 1024...(1 << 20)

    /// Reads a configuration.
    /// - Parameters:
    ///   - takesReusing: whether groups may give values: a group's own server takes none.
    ///   - namesDocument: whether the configuration says where the document is.
    /// - Throws: `ServerFault` that names the member, never its value.
    public init(
        _ object: JSONObject, at place: String = "openapi_config", takesReusing: Bool = true, namesDocument: Bool = true
    ) throws(ServerFault) {
        let reader = ConfigurationReader(object, at: place)
        source = namesDocument ? try Self.source(reader) : .given
        serverAddress = try reader.url("server_addr")
        authorization = try reader.text("authorization", fitting: HeaderRules.isValue, HeaderRules.valueForm)
        credentials = Dictionary(
            uniqueKeysWithValues: try reader.members("credentials").map { member throws(ServerFault) in
                (member.name, try Self.credential(try reader.object(member.value, at: "credentials." + member.name)))
            })
        clientCertificate = try reader.value("client_certificate").map { value throws(ServerFault) in
            try ClientCertificate(try reader.object(value, at: "client_certificate"))
        }
        reusing = takesReusing ? try Self.reusing(reader) : []
        include = try Self.filters("include", reader)
        exclude = try Self.filters("exclude", reader)
        names = Dictionary(
            uniqueKeysWithValues: try reader.members("names").map { member throws(ServerFault) in
                guard let name = member.value.stringValue, Self.isToolName(name) else {
                    throw ServerFault("\(place).names.\(member.name.prefix(64))", expected: "1 to 64 of A-Z a-z 0-9 _ -")
                }
                return (member.name, name)
            })
        inputBudget = try reader.integer("input_budget", in: Self.budgets)
        outputBudget = try reader.integer("output_budget", in: Self.budgets)
        structuredOutput = try reader.flag("structured_output") ?? true
        _ = try reader.flag("v2")
    }

    private static func source(_ reader: ConfigurationReader) throws(ServerFault) -> Source {
        let fits = { (text: String) in text.utf8.count <= greatestText }
        if let text = try reader.text("openapi_content", fitting: fits, "a document of at most \(greatestText >> 20) MiB") {
            return .text(text)
        }
        guard let url = try reader.url("openapi_spec") else {
            throw ServerFault("\(reader.place).openapi_spec", expected: "\(ServerURL.form), or openapi_content")
        }
        return .url(url)
    }

    private static func credential(_ reader: ConfigurationReader) throws(ServerFault) -> Credential {
        func secret(_ name: String) throws(ServerFault) -> String? {
            try reader.text(name, fitting: HeaderRules.isValue, HeaderRules.valueForm)
        }
        if let key = try secret("value") { return .key(key) }
        if let token = try secret("token") { return .token(token) }
        if let user = try secret("username") {
            guard !user.contains(":") else { throw ServerFault("\(reader.place).username", expected: "a name without a colon") }
            return .basic(user: user, password: try secret("password") ?? "")
        }
        if reader.value("certificate") != nil { return .certificate(try ClientCertificate(reader)) }
        guard let id = try secret("client_id"), let clientSecret = try secret("client_secret") else {
            throw ServerFault(
                reader.place,
                expected:
                    "value, or token, or username and password, or client_id and client_secret, or certificate and private_key")
        }
        return .client(
            id: id, secret: clientSecret, tokenURL: try reader.url("token_url")?.text, scopes: try reader.texts("scopes"))
    }

    private static func reusing(_ reader: ConfigurationReader) throws(ServerFault) -> [ReusingParameter] {
        var parameters: [ReusingParameter] = []
        for member in try reader.members("reusing") {
            let definition = try reader.object(member.value, at: "reusing." + member.name)
            parameters.append(
                ReusingParameter(
                    key: member.name, name: try definition.text("name", fitting: FieldRules.isValue, FieldRules.valueForm) ?? "",
                    description: try definition.text("description", fitting: FieldRules.isValue, FieldRules.valueForm) ?? "",
                    isRequired: try definition.flag("required") ?? false, place: .credential))
        }
        return parameters.sorted { $0.key < $1.key }
    }

    private static func filters(_ name: String, _ reader: ConfigurationReader) throws(ServerFault) -> [Filter] {
        guard let value = reader.value(name) else { return [] }
        guard let elements = value.arrayValue, elements.count <= FieldRules.greatestCount else {
            throw ServerFault("\(reader.place).\(name)", expected: "a list of at most \(FieldRules.greatestCount) filters")
        }
        var filters: [Filter] = []
        for (index, element) in elements.enumerated() {
            let filter = try reader.object(element, at: "\(name)[\(index)]")
            func text(_ name: String) throws(ServerFault) -> String? {
                try filter.text(name, fitting: FieldRules.isValue, FieldRules.valueForm)
            }
            let read = Filter(
                tag: try text("tag"), path: try text("path"), method: try text("method"), operation: try text("operation"))
            guard read != Filter(tag: nil, path: nil, method: nil, operation: nil) else {
                throw ServerFault("\(reader.place).\(name)[\(index)]", expected: "one of tag, path, method and operation")
            }
            filters.append(read)
        }
        return filters
    }

    private static func isToolName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x7A ~= $0 | 0x20 || $0 == 0x5F || $0 == 0x2D }
    }
}
