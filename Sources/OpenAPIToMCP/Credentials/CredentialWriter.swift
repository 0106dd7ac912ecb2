import Outbound
import Wire

/// Puts credentials into a request.
enum CredentialWriter {
    /// - Parameter token: the access token of a client that gets its own; nil for other credentials.
    /// - Throws: `CallFault` where the value can't stand where it has to.
    static func write(
        _ part: CredentialChoice.Part, token: String?, into request: inout WebRequest
    ) throws(CallFault) {
        switch (part.scheme, part.credential) {
        case (.mutualTLS, .certificate(let identity)): try show(identity, of: part, in: &request)
        case (.mutualTLS, _), (_, .certificate):
            throw CallFault(nil, "the credential of \(part.name) is not of the scheme's kind")
        case (.apiKey(let name, let location), .key(let value)), (.apiKey(let name, let location), .token(let value)):
            try write(value, name: name, at: location, of: part, into: &request)
        case (_, .basic(let user, let password)):
            setAuthorization("Basic " + BasicCredential.encoded(user: user, password: password), in: &request)
        case (_, .client):
            guard let token else { throw CallFault(nil, "there is no access token for the scheme \(part.name)") }
            try setAuthorization(checked("Bearer " + token, part), in: &request)
        case (let scheme, .token(let value)), (let scheme, .key(let value)):
            try setAuthorization(checked(authorization(value, for: scheme), part), in: &request)
        }
    }

    private static func write(
        _ value: String, name: String, at location: APIParameter.Location, of part: CredentialChoice.Part,
        into request: inout WebRequest
    ) throws(CallFault) {
        switch location {
        case .header:
            let value = try checked(value, part)
            request.headers.removeAll { $0.name.lowercased() == name.lowercased() }
            request.headers.append((name, value))
        case .cookie:
            guard value.utf8.allSatisfy(isCookieByte) else {
                throw CallFault(nil, "the credential of \(part.name) is no cookie's value")
            }
            let pair = "\(name)=\(value)"
            if let index = request.headers.firstIndex(where: { $0.name.lowercased() == "cookie" }) {
                request.headers[index].value += "; " + pair
            } else {
                request.headers.append(("Cookie", pair))
            }
        case .query, .path:
            let pair = PercentEncoding.encoded(name) + "=" + PercentEncoding.encoded(value)
            request.url += (request.url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + pair
        }
    }

    /// A connection without TLS shows no certificate, and one with it a single one.
    private static func show(
        _ identity: ClientIdentity, of part: CredentialChoice.Part, in request: inout WebRequest
    ) throws(CallFault) {
        guard request.url.prefix(8).lowercased() == "https://" else {
            throw CallFault(nil, "the scheme \(part.name) is a client certificate, which can be shown to a server at https only")
        }
        guard request.clientIdentity == nil || request.clientIdentity == identity else {
            throw CallFault(nil, "this operation needs two client certificates, of which a connection can show one")
        }
        request.clientIdentity = identity
    }

    private static func setAuthorization(_ value: String, in request: inout WebRequest) {
        request.headers.removeAll { $0.name.lowercased() == "authorization" }
        request.headers.append(("Authorization", value))
    }

    /// The field's value. What already says a scheme is taken as it is: operators copy whole values.
    private static func authorization(_ value: String, for scheme: SecurityScheme) -> String {
        let prefix: String
        switch scheme {
        case .basic: prefix = "Basic"
        case .http(let name): prefix = name
        default: prefix = "Bearer"
        }
        if prefix.isEmpty || value.lowercased().hasPrefix(prefix.lowercased() + " ") { return value }
        if case .basic = scheme, let colon = value.firstIndex(of: ":") {
            return "Basic "
                + BasicCredential.encoded(user: String(value[..<colon]), password: String(value[colon...].dropFirst()))
        }
        // Another scheme than the document's: the operator knows the API better.
        if ["basic ", "bearer ", "token ", "apikey ", "digest "].contains(where: value.lowercased().hasPrefix) { return value }
        return "\(prefix) \(value)"
    }

    /// RFC 9110 §5.5: what can't stand in a field's value would end the field.
    private static func checked(_ value: String, _ part: CredentialChoice.Part) throws(CallFault) -> String {
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw CallFault(nil, "the credential of \(part.name) has control characters")
        }
        return value
    }

    /// RFC 6265 §4.1.1.
    private static func isCookieByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x2B, 0x2D...0x3A, 0x3C...0x5B, 0x5D...0x7E: true
        default: false
        }
    }
}
