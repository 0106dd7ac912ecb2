public import Outbound

/// What shows an API who calls, for one of its security schemes. Its texts are secrets: describing one shows only its kind.
public enum Credential: Sendable, Hashable {
    /// The value of an API key.
    case key(String)
    /// For `Authorization: Basic` (RFC 7617). The user has no colon.
    case basic(user: String, password: String)
    /// An access token, for schemes that take one.
    case token(String)
    /// A client that gets its own access tokens (RFC 6749 §4.4). The token's URL and scopes are the document's unless they are given.
    case client(id: String, secret: String, tokenURL: String? = nil, scopes: [String]? = nil)
    /// What the client shows when the connection is made (mutual TLS).
    case certificate(ClientIdentity)

    /// The parts that must not be shown.
    var secrets: [String] {
        switch self {
        case .key(let text), .token(let text): [text]
        case .basic(let user, let password): [password, BasicCredential.encoded(user: user, password: password)]
        case .client(_, let secret, _, _): [secret]
        // The key is in no message, so that nothing can cite it.
        case .certificate: []
        }
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind, never the value.
    public var description: String {
        switch self {
        case .key: "an API key"
        case .basic: "user and password"
        case .token: "an access token"
        case .client: "a client's id and secret"
        case .certificate(let identity): identity.description
        }
    }

    /// The kind, never the value.
    public var debugDescription: String { description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// The credentials that an operator or a group gave for one document.
public struct Credentials: Sendable, Hashable {
    /// By the name of the document's security scheme.
    public var values: [String: Credential]
    /// One value for whatever scheme an operation asks for: a token, a key, or all that `Authorization` says.
    public var authorization: String?
    /// One for every scheme that is mutual TLS.
    public var clientIdentity: ClientIdentity?

    /// Credentials.
    public init(values: [String: Credential] = [:], authorization: String? = nil, clientIdentity: ClientIdentity? = nil) {
        self.values = values
        self.clientIdentity = clientIdentity
        self.authorization = authorization.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What must not stand in a result, an error or a log, the longest first.
    var secrets: [String] {
        var secrets = values.values.flatMap(\.secrets)
        if let authorization {
            secrets.append(authorization)
            // `Bearer KEY` may be cited without its scheme.
            if let blank = authorization.lastIndex(of: " ") { secrets.append(String(authorization[blank...].dropFirst())) }
        }
        return Set(secrets).filter { $0.utf8.count >= Self.shortestSecret }.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// Taking shorter texts out would make nonsense of an answer and hide nothing.
    private static let shortestSecret = 6

    /// The text without any of the credentials in it.
    func redacting(_ text: String) -> String {
        secrets.reduce(text) { text, secret in text.contains(secret) ? text.replacing(secret, with: "********") : text }
    }
}
