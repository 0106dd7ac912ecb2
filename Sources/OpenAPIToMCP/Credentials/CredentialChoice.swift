import Wire

/// Which of an operation's alternatives the credentials at hand can meet (OpenAPI 3.1 §4.8.30).
enum CredentialChoice: Sendable, Hashable {
    /// Nothing is sent.
    case anonymous
    /// All of these.
    case parts([Part])
    /// None of the alternatives can be met; these schemes have no credential.
    case missing([String])

    /// One credential and where it goes.
    struct Part: Sendable, Hashable {
        var scheme: SecurityScheme
        /// The name of the scheme in the document.
        var name: String
        var scopes: [String]
        var credential: Credential
    }

    /// Chooses the first alternative for which everything is there; one without schemes only where no other can be met.
    ///
    /// - Parameter schemes: the document's.
    init(_ alternatives: [[SecurityUse]], schemes: [String: SecurityScheme], credentials: Credentials) {
        guard !alternatives.isEmpty else {
            // The document asks for nothing; an operator who gives one value for everything knows better.
            self = credentials.authorization.map { .parts([.whole($0)]) } ?? .anonymous
            return
        }
        var missing: [String] = []
        for alternative in alternatives where !alternative.isEmpty {
            var parts: [Part] = []
            for use in alternative {
                guard let scheme = schemes[use.scheme],
                    let credential = credentials.values[use.scheme] ?? Self.shared(credentials, for: scheme),
                    credential.isCertificate == (scheme == .mutualTLS)
                else {
                    if !missing.contains(use.scheme) { missing.append(use.scheme) }
                    continue
                }
                parts.append(Part(scheme: scheme, name: use.scheme, scopes: use.scopes, credential: credential))
            }
            if parts.count == alternative.count {
                self = .parts(parts)
                return
            }
        }
        self = alternatives.contains { $0.isEmpty } ? .anonymous : .missing(missing)
    }

    /// The one value, or the one certificate, as the credential of a scheme.
    private static func shared(_ credentials: Credentials, for scheme: SecurityScheme) -> Credential? {
        switch scheme {
        case .apiKey: credentials.authorization.map { .key($0) }
        case .basic, .bearer, .http, .oauth2, .openIDConnect: credentials.authorization.map { .token($0) }
        case .mutualTLS: credentials.clientIdentity.map { .certificate($0) }
        }
    }
}

extension Credential {
    /// Mutual TLS takes a certificate and nothing else, and nothing else takes one.
    fileprivate var isCertificate: Bool {
        if case .certificate = self { true } else { false }
    }
}

extension CredentialChoice.Part {
    /// A value for `Authorization` that no scheme of the document asks for.
    static func whole(_ authorization: String) -> Self {
        Self(scheme: .http(scheme: ""), name: "authorization", scopes: [], credential: .token(authorization))
    }
}
