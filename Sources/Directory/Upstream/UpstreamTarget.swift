internal import Wire

/// Where the calls of a proxy go: everything that a client of the upstream needs, as plain values.
public struct UpstreamTarget: Sendable, Hashable {
    /// How the upstream is spoken to at first; what it really speaks is learnt from it.
    public enum Transport: Sendable, Hashable {
        case serverSentEvents
        case streamableHTTP
    }

    /// Who gave the URL.
    public enum URLSource: Sendable, Hashable {
        /// The operator: it may be anywhere.
        case `operator`
        /// A tenant: only the guarded client may follow it.
        case tenant
    }

    public let transport: Transport
    /// Without `queries`. It may hold a secret of its own: only its `origin` belongs in a log.
    public let url: ServerURL
    public let urlSource: URLSource
    /// Added to the URL, in place of parameters of the same name. Their values are secrets.
    public let queries: [ProxyConfiguration.Field]
    /// Sent with each request. Their values are secrets.
    public let headers: [ProxyConfiguration.Field]
    /// Whether a group's own values are in it: what was made from it is then never shared with another group.
    public let dependsOnGroup: Bool

    /// The URL of requests, a secret.
    public var requestURL: String { url.text(adding: queries.map { ($0.name, $0.value) }) }

    /// The texts that must not stand in a log, an error or an answer, the longest first.
    public var secrets: [String] {
        var secrets = queries.map(\.value) + queries.map { QueryText.encoded($0.value) }
        if let query = url.text.firstIndex(of: "?") { secrets.append(String(url.text[query...].dropFirst())) }
        for header in headers {
            secrets.append(header.value)
            // "Bearer <key>" may be cited without its scheme.
            if let blank = header.value.lastIndex(of: " ") { secrets.append(String(header.value[blank...].dropFirst())) }
        }
        return Set(secrets).filter { $0.utf8.count >= Self.shortestSecret }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// A text from the upstream with the target's secrets taken out of it.
    public func redacting(_ text: String) -> String {
        var text = text
        for secret in secrets { text = text.replacing(secret, with: "********") }
        return text
    }

    /// Shorter values (`1`, `en`) are settings: taking them out would make nonsense of a text and hide nothing.
    private static let shortestSecret = 6
}

extension UpstreamTarget {
    /// A public proxy with what a group saved for it.
    ///
    /// Where the group gives the URL itself and it is of another origin than the operator's, the operator's headers and queries stay here: else
    /// anybody with a key could have them sent to a server of their own.
    /// - Throws: `ServerTargetError`.
    public init(_ server: PublicServer, parameters: ServerParameters?) throws(ServerTargetError) {
        let configuration = try Self.configuration(server.proxyConfig, takesReusing: true)
        let values = try Self.values(configuration.reusing, parameters)
        let own = values.first { $0.parameter.place == .url }.flatMap { ServerURL($0.value) }
        guard let url = own ?? configuration.url else {
            throw .invalid(ServerFault("proxy_config.url", expected: ServerURL.form))
        }
        let keepsOperatorFields = own == nil || own?.origin == configuration.url?.origin
        self.url = url
        urlSource = own == nil ? .operator : .tenant
        transport = server.kind == .proxySSE ? .serverSentEvents : .streamableHTTP
        headers = Self.merge(
            keepsOperatorFields ? configuration.headers : [], values.filter { $0.parameter.place == .header }.map(\.field)
        ) { $0.lowercased() }
        queries = Self.merge(
            keepsOperatorFields ? configuration.queries : [], values.filter { $0.parameter.place == .query }.map(\.field)
        ) { $0 }
        dependsOnGroup = !values.isEmpty
    }

    /// A group's own proxy.
    /// - Throws: `ServerTargetError`.
    public init(_ server: GroupServer) throws(ServerTargetError) {
        let configuration = try Self.configuration(server.proxyConfig, takesReusing: false)
        guard let url = configuration.url else { throw .invalid(ServerFault("proxy_config.url", expected: ServerURL.form)) }
        self.url = url
        urlSource = .tenant
        transport = server.kind == .proxySSE ? .serverSentEvents : .streamableHTTP
        headers = configuration.headers
        queries = configuration.queries
        dependsOnGroup = true
    }

    private static func configuration(
        _ object: JSONObject, takesReusing: Bool
    ) throws(ServerTargetError) -> ProxyConfiguration {
        do throws(ServerFault) {
            return try ProxyConfiguration(object, takesReusing: takesReusing)
        } catch {
            throw .invalid(error)
        }
    }

    private struct Value {
        let parameter: ReusingParameter
        let value: String
        var field: ProxyConfiguration.Field { ProxyConfiguration.Field(name: parameter.key, value: value) }
    }

    /// The values that count: saved ones that still have a definition. They were checked when they were saved, but the
    /// definitions may have changed since.
    private static func values(
        _ definitions: [ReusingParameter], _ parameters: ServerParameters?
    ) throws(ServerTargetError) -> [Value] {
        let missing = definitions.filter { $0.isRequired && parameters?.has($0.key) != true }
        guard missing.isEmpty else { throw .missingParameters(missing.map(\.key)) }
        var values: [Value] = []
        for parameter in definitions {
            guard let value = parameters?.values[parameter.key], !value.isEmpty else { continue }
            if let form = parameter.fault(of: value) { throw .invalid(ServerFault("params.\(parameter.key)", expected: form)) }
            values.append(Value(parameter: parameter, value: value))
        }
        return values
    }

    /// The first, without those that the second has too, and then the second.
    private static func merge(
        _ first: [ProxyConfiguration.Field], _ second: [ProxyConfiguration.Field], by name: (String) -> String
    ) -> [ProxyConfiguration.Field] {
        let replaced = Set(second.map { name($0.name) })
        return first.filter { !replaced.contains(name($0.name)) } + second
    }
}
