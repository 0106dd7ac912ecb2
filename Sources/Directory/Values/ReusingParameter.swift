internal import Wire

/// A value that each group may save for itself before it uses a public server, or must: one entry of `reusing` in the server's
/// configuration.
public struct ReusingParameter: Sendable, Hashable {
    /// Where the value goes.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        /// It replaces the server's whole URL.
        case url
        /// It is the value of the header that the key names.
        case header
        /// It is the value of the query parameter that the key names.
        case query
        /// It configures a server that is built in.
        case embedded
        /// It is the credential of the security scheme that the key names, in a server made from an OpenAPI document.
        case credential
    }

    /// What it is saved by; the name of the header or query parameter.
    public let key: String
    /// For people.
    public let name: String
    public let description: String
    public let isRequired: Bool
    public let place: Place

    /// A parameter.
    public init(key: String, name: String = "", description: String = "", isRequired: Bool, place: Place) {
        self.key = key
        self.name = name
        self.description = description
        self.isRequired = isRequired
        self.place = place
    }

    /// What was expected of a value that can't be used; nil for a good one. Never holds the value.
    public func fault(of value: String) -> String? {
        switch place {
        case .url: ServerURL(value) == nil ? ServerURL.form : nil
        case .header: HeaderRules.isValue(value) ? nil : HeaderRules.valueForm
        case .credential:
            HeaderRules.isValue(value) || ClientCertificate(bundle: value) != nil
                ? nil : "\(HeaderRules.valueForm), or \(ClientCertificate.bundleForm)"
        case .query, .embedded: FieldRules.isValue(value) ? nil : FieldRules.valueForm
        }
    }
}

extension PublicServer {
    /// The values that groups give, by their keys. What a stored definition lacks is filled in, so that an old one never keeps a
    /// server from being listed; `ProxyConfiguration` is strict.
    public var reusingParameters: [ReusingParameter] {
        let definitions: JSON?
        let fixedPlace: ReusingParameter.Place?
        switch kind {
        case .embedded: (definitions, fixedPlace) = (embedConfig["reusing"], .embedded)
        case .openAPI: (definitions, fixedPlace) = (openAPIConfig["reusing"], .credential)
        default: (definitions, fixedPlace) = (kind.isProxy ? proxyConfig["reusing"] : nil, nil)
        }
        return (definitions?.objectValue ?? JSONObject()).map { key, definition in
            let place = fixedPlace ?? ReusingParameter.Place(definition: definition) ?? .header
            return ReusingParameter(
                key: key, name: definition["name"]?.stringValue ?? "", description: definition["description"]?.stringValue ?? "",
                isRequired: definition["required"]?.boolValue ?? false, place: place)
        }.sorted { $0.key < $1.key }
    }
}

extension ReusingParameter.Place {
    /// The `type` of a proxy's definition. One without a type is a header: a URL is no place for what may be a secret.
    init?(definition: JSON) {
        guard let type = definition["type"], !type.isNull, type != "" else {
            self = .header
            return
        }
        guard let place = type.stringValue.flatMap(Self.init(rawValue:)), place != .embedded, place != .credential else {
            return nil
        }
        self = place
    }
}
