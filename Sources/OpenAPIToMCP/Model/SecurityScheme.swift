/// How a caller shows who it is (OpenAPI 3.1 §4.8.27).
enum SecurityScheme: Sendable, Hashable {
    case apiKey(name: String, location: APIParameter.Location)
    /// `Authorization: Basic`.
    case basic
    /// `Authorization: Bearer`.
    case bearer
    /// Another scheme of the `Authorization` field (RFC 9110 §11.1), by its name.
    case http(scheme: String)
    /// Access tokens; `tokenURL` and `scopes` of the client credentials flow where it has one.
    case oauth2(clientCredentials: TokenEndpoint?)
    /// Access tokens; where the provider describes itself.
    case openIDConnect(url: String)
    /// A certificate of the client, shown when the connection is made (RFC 8446 §4.4.2).
    case mutualTLS

    /// Where tokens are had for a client's own credentials (RFC 6749 §4.4).
    struct TokenEndpoint: Sendable, Hashable {
        /// Absolute, or relative to the server's URL.
        var tokenURL: String
        /// Those that the document knows.
        var scopes: [String]
    }
}

/// A scheme that an operation asks for.
struct SecurityUse: Sendable, Hashable {
    /// The name among the document's schemes.
    var scheme: String
    var scopes: [String]
}
