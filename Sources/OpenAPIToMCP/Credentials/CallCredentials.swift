import Outbound
import Wire

/// The credentials of one document's calls: chooses, fetches tokens, and puts what is needed into each request.
struct CallCredentials: Sendable {
    let given: Credentials
    let schemes: [String: SecurityScheme]
    let tokens: AccessTokens

    /// Puts the credentials for one of the alternatives into the request.
    ///
    /// - Parameter server: the API's base URL, from which relative token URLs start.
    /// - Returns: what to tell when the API refuses them.
    /// - Throws: `CallFault` where none can be met, naming the schemes that have no credential.
    func apply(_ security: [[SecurityUse]], server: String, to request: inout WebRequest) async throws(CallFault) -> Used {
        switch CredentialChoice(security, schemes: schemes, credentials: given) {
        case .anonymous: return Used()
        case .missing(let names):
            throw CallFault(
                nil,
                "this operation needs credentials that nobody gave: \(names.joined(separator: ", ")); who runs this server has to set them"
            )
        case .parts(let parts):
            var used = Used()
            for part in parts {
                var token: String?
                if case .client(_, let secret, _, _) = part.credential, let key = key(of: part, server: server) {
                    token = try await tokens.token(for: key, secret: secret)
                    used.tokens.append((key, token ?? ""))
                }
                try CredentialWriter.write(part, token: token, into: &request)
            }
            return used
        }
    }

    /// The API said 401: tokens that were fetched are good no longer.
    /// - Returns: whether there were any, so that trying once more makes sense.
    func refused(_ used: Used) -> Bool {
        for (key, token) in used.tokens { tokens.refused(token, for: key) }
        return !used.tokens.isEmpty
    }

    /// What went into a request.
    struct Used: Sendable {
        var tokens: [(key: AccessTokenState.Key, token: String)] = []

        /// The text without any of the tokens in it.
        func redacting(_ text: String) -> String {
            tokens.reduce(text) { text, used in used.token.isEmpty ? text : text.replacing(used.token, with: "********") }
        }
    }

    private func key(of part: CredentialChoice.Part, server: String) -> AccessTokenState.Key? {
        guard case .client(let id, _, let givenURL, let givenScopes) = part.credential else { return nil }
        var described: SecurityScheme.TokenEndpoint?
        if case .oauth2(let endpoint) = part.scheme { described = endpoint }
        guard let url = givenURL ?? described?.tokenURL else { return nil }
        let absolute = URIReference(server + "/").resolving(URIReference(url)).description
        return AccessTokenState.Key(client: id, tokenURL: absolute, scopes: givenScopes ?? part.scopes)
    }
}
