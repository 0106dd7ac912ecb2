internal import Outbound
public import Wire

/// Where and how requests of one format go to one channel.
struct ProviderEndpoint: Sendable {
    let base: UpstreamBase
    /// The credential's and the provider's headers.
    let headers: [Provider.Header]
    private let provider: Provider
    private let baseURL: String
    private let format: WireFormat
    private let query: [(name: String, value: String)]
    /// The target where it is the same for all models, whole and streamed.
    private var fixedTarget: String?

    /// - Parameter proxyURL: what connections go through; "" = nothing.
    /// - Throws: where the channel's base URL or key isn't one of the provider's, or its proxy's URL can't be used.
    init(
        _ format: WireFormat, provider: Provider, baseURL: String, key: String, proxyURL: String = "",
        configs: JSONObject = JSONObject(), verifiesCertificate: Bool = true
    ) throws(ChannelFault) {
        let parts = try provider.key.parts(of: key)
        let proxy: ProxyAddress?
        do { proxy = proxyURL.isEmpty ? nil : try ProxyAddress(proxyURL) } catch {
            throw ChannelFault("proxy_url", error.message)
        }
        self.base = try provider.base(
            baseURL, format: format, parts: parts.byName, verifiesCertificate: verifiesCertificate, proxy: proxy)
        self.provider = provider
        self.baseURL = baseURL
        self.format = format
        let rules = provider.formatRules[format]
        var headers = provider.headers + (rules?.headers ?? [])
        var query: [(name: String, value: String)] = []
        if !parts.credential.isEmpty {
            switch rules?.authentication ?? provider.authentication {
            case .bearer: headers.append(Provider.Header(name: "Authorization", value: "Bearer \(parts.credential)"))
            case .header(let name): headers.append(Provider.Header(name: name, value: parts.credential))
            case .query(let name): query.append((name, parts.credential))
            case .none: break
            }
        }
        for (name, value) in parts.byName.sorted(by: { $0.key < $1.key }) {
            switch provider.key.uses[name] {
            case .header(let header): headers.append(Provider.Header(name: header, value: value))
            case .query(let parameter): query.append((parameter, value))
            case nil: break
            }
        }
        for (member, header) in provider.configHeaders.sorted(by: { $0.key < $1.key }) {
            guard let value = configs[member]?.stringValue, !value.isEmpty else { continue }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                throw ChannelFault("configs.\(member)", "expected a text without line breaks, control and non-ASCII characters")
            }
            headers.append(Provider.Header(name: header, value: value))
        }
        self.headers = headers
        self.query = query
        let isFixed =
            provider.modelRules.allSatisfy { $0.paths[format] == nil } && provider.streamPaths[format] == nil
            && provider.paths[format]?.contains("{model}") == false
        self.fixedTarget = isFixed ? self.target(model: "", isStreamed: false) : nil
    }

    /// The request's target (RFC 9112 §3.2.1): path and query; nil where the model isn't served in this format.
    func target(model: String, isStreamed: Bool) -> String? {
        if let target = self.fixedTarget { return target }
        guard var path = self.provider.path(self.format, model: model, isStreamed: isStreamed, baseURL: self.baseURL) else {
            return nil
        }
        if path.contains("{model}") {
            // Gemini's clients write either name.
            let name = model.hasPrefix("models/") ? String(model.dropFirst(7)) : model
            path = path.replacing("{model}", with: PercentEncoding.segment(name))
        }
        for (name, value) in self.query {
            path += path.contains("?") ? "&" : "?"
            path += name + "=" + PercentEncoding.segment(value)
        }
        return self.base.path + path
    }
}

extension Provider {
    /// Checks the settings of a channel before it is stored.
    ///
    /// - Parameters:
    ///   - baseURL: as the operator gave it; "" = the provider's.
    ///   - configs: the channel's own settings.
    /// - Throws: what is wrong, without any secret.
    public func check(baseURL: String, key: String, proxyURL: String = "", configs: JSONObject) throws(ChannelFault) {
        for format in self.formats {
            _ = try ProviderEndpoint(format, provider: self, baseURL: baseURL, key: key, proxyURL: proxyURL, configs: configs)
        }
        guard !self.configSchema.isEmpty, let schema = JSONSchema.compile(.object(self.configSchema)).schema else { return }
        guard let violation = schema.firstViolation(in: .object(configs)) else { return }
        throw ChannelFault((["configs"] + violation.instance.tokens).joined(separator: "."), violation.message)
    }
}
