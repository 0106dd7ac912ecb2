import Wire

extension Normaliser {
    /// The schemes that the document describes (OpenAPI 3.1 §4.8.27; 2.0 "Security Definitions Object").
    mutating func securitySchemes(_ root: JSON, _ version: SpecificationVersion) -> [String: SecurityScheme] {
        let isVersion2 = version == .swagger2
        let path = isVersion2 ? ["securityDefinitions"] : ["components", "securitySchemes"]
        let pointer = JSONPointer(tokens: path)
        let place = Place(document: 0, pointer: pointer)
        var schemes: [String: SecurityScheme] = [:]
        for (name, value) in root[pointer]?.objectValue ?? [:] where !name.hasPrefix("x-") {
            let place = place.appending(name)
            guard let described = followed(value, at: place, "a security scheme") else { continue }
            if let scheme = isVersion2 ? scheme2(described) : scheme(described) {
                schemes[name] = scheme
            } else {
                note(
                    .warning, .invalidSecurityScheme, at: place,
                    "the security scheme can't be used: its type or a part of it is missing or not known")
            }
        }
        return schemes
    }

    private func scheme(_ described: LocatedObject) -> SecurityScheme? {
        switch described["type"]?.stringValue {
        case "apiKey": return apiKey(described)
        case "http":
            guard let name = described["scheme"]?.stringValue, !name.isEmpty else { return nil }
            switch name.lowercased() {
            case "basic": return .basic
            case "bearer": return .bearer
            default: return .http(scheme: name)
            }
        case "oauth2": return .oauth2(clientCredentials: described["flows"]?["clientCredentials"].flatMap(tokenEndpoint))
        case "openIdConnect": return described["openIdConnectUrl"]?.stringValue.map { .openIDConnect(url: $0) }
        case "mutualTLS": return .mutualTLS
        default: return nil
        }
    }

    private func scheme2(_ described: LocatedObject) -> SecurityScheme? {
        switch described["type"]?.stringValue {
        case "basic": .basic
        case "apiKey": apiKey(described)
        // Version 2.0 calls the client credentials flow "application".
        case "oauth2":
            .oauth2(
                clientCredentials: described["flow"]?.stringValue == "application"
                    ? tokenEndpoint(.object(described.object)) : nil)
        default: nil
        }
    }

    private func apiKey(_ described: LocatedObject) -> SecurityScheme? {
        guard let name = described["name"]?.stringValue, !name.isEmpty,
            let location = described["in"]?.stringValue.flatMap(APIParameter.Location.init), location != .path
        else { return nil }
        return .apiKey(name: name, location: location)
    }

    private func tokenEndpoint(_ flow: JSON) -> SecurityScheme.TokenEndpoint? {
        guard let url = flow["tokenUrl"]?.stringValue else { return nil }
        return SecurityScheme.TokenEndpoint(tokenURL: url, scopes: flow["scopes"]?.objectValue?.names ?? [])
    }

    /// What an object's `security` asks for; nil where it has none. Alternatives with a scheme that is not known are left out; where that
    /// would leave none, the unknown schemes are.
    mutating func security(_ holder: JSON, at place: Place, _ schemes: [String: SecurityScheme]) -> [[SecurityUse]]? {
        guard let value = holder["security"] else { return nil }
        let place = place.appending("security")
        guard let list = value.arrayValue else {
            note(.warning, .invalidValue, at: place, "security must be a list, and is ignored")
            return nil
        }
        var usable: [[SecurityUse]] = []
        var remains: [[SecurityUse]] = []
        for (index, alternative) in list.enumerated() {
            guard let members = alternative.objectValue else {
                note(
                    .warning, .invalidValue, at: place.appending(index),
                    "a security requirement must be an object, and is ignored")
                continue
            }
            let uses = members.map { name, scopes in
                SecurityUse(scheme: name, scopes: scopes.arrayValue?.compactMap(\.stringValue) ?? [])
            }
            let known = uses.filter { schemes[$0.scheme] != nil }
            for use in uses where schemes[use.scheme] == nil {
                note(
                    .warning, .unknownSecurityScheme, at: place.appending(index),
                    "\(use.scheme.prefix(80)) is none of the document's usable security schemes",
                    advice: "describe it, or correct the name")
            }
            if known.count == uses.count { usable.append(known) } else { remains.append(known) }
        }
        return usable.isEmpty ? remains : usable
    }
}
