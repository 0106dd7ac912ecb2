internal import Directory
internal import OpenAPIToMCP
internal import Outbound

extension Credentials {
    /// What a target gives for its calls, with the certificates read.
    /// - Parameter place: what the configuration is called.
    /// - Throws: `ServerFault` that names the certificate that can't be used, and shows nothing of it.
    init(_ target: DocumentTarget, at place: String = "openapi_config") throws(ServerFault) {
        var values: [String: OpenAPIToMCP.Credential] = [:]
        for (scheme, credential) in target.credentials.sorted(by: { $0.key < $1.key }) {
            values[scheme] = try OpenAPIToMCP.Credential(credential, at: "\(place).credentials.\(scheme.prefix(128))")
        }
        self.init(values: values, authorization: target.configuration.authorization)
        if let certificate = target.configuration.clientCertificate {
            clientIdentity = try ClientIdentity(certificate, at: "\(place).client_certificate")
        }
    }
}

extension OpenAPIToMCP.Credential {
    fileprivate init(_ given: DocumentConfiguration.Credential, at place: String) throws(ServerFault) {
        switch given {
        case .key(let value): self = .key(value)
        case .basic(let user, let password): self = .basic(user: user, password: password)
        case .token(let value): self = .token(value)
        case .client(let id, let secret, let tokenURL, let scopes):
            self = .client(id: id, secret: secret, tokenURL: tokenURL, scopes: scopes)
        case .certificate(let certificate): self = .certificate(try ClientIdentity(certificate, at: place))
        }
    }
}

extension ClientIdentity {
    /// - Throws: `ServerFault` that names the place and shows nothing of the texts.
    init(_ certificate: ClientCertificate, at place: String) throws(ServerFault) {
        do throws(OutboundError) {
            self = try ClientIdentity(certificateChain: certificate.chain, privateKey: certificate.privateKey)
        } catch {
            throw ServerFault(place, expected: "a certificate chain and its private key as PEM: \(error.message)")
        }
    }
}
