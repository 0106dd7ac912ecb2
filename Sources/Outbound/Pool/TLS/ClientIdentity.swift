internal import NIOSSL
internal import Wire

/// What a client shows a server that asks who it is (mutual TLS, RFC 8446 §4.4.2): a certificate, those that vouch for it, and its key.
///
/// Two are equal where their texts are; connections made with one are never used for another. Describing one shows nothing of it.
public struct ClientIdentity: Sendable, Hashable {
    /// One word, so that addresses without an identity are copied as fast as if there were none.
    private final class Parts: Sendable {
        let chain: [NIOSSLCertificate]
        let key: NIOSSLPrivateKey
        let digest: ContentDigest

        init(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey, _ digest: ContentDigest) {
            self.chain = chain
            self.key = key
            self.digest = digest
        }
    }

    private let parts: Parts

    private static let maximumBytes = 128 << 10
    private static let maximumCertificates = 16

    /// Reads an identity from PEM (RFC 7468).
    /// - Parameters:
    ///   - certificateChain: the client's certificate, then each that signed the one before.
    ///   - privateKey: the key of the first, without a passphrase.
    /// - Throws: `OutboundError.tls` where one of them can't be read, or the key isn't the certificate's; it shows nothing of either.
    public init(certificateChain: String, privateKey: String) throws(OutboundError) {
        guard certificateChain.utf8.count <= Self.maximumBytes, privateKey.utf8.count <= Self.maximumBytes else {
            throw OutboundError(.tls, "a client certificate and its key have at most \(Self.maximumBytes) bytes each")
        }
        let (chainBytes, keyBytes) = (Array(certificateChain.utf8), Array(privateKey.utf8))
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(chainBytes), 1...Self.maximumCertificates ~= chain.count else {
            throw OutboundError(.tls, "a client certificate is PEM of 1 to \(Self.maximumCertificates) certificates")
        }
        guard let key = try? NIOSSLPrivateKey(bytes: keyBytes, format: .pem) else {
            throw OutboundError(.tls, "the key of a client certificate is PEM without a passphrase")
        }
        self.parts = Parts(chain, key, ContentDigest([ContentDigest(chainBytes), ContentDigest(keyBytes)]))
        // Trusts nobody, so that nothing is read for it: only whether they go together is of interest.
        var trial = TLSConfiguration.makeClientConfiguration()
        trial.trustRoots = .certificates([])
        trial.certificateVerification = .none
        self.apply(to: &trial)
        guard (try? NIOSSLContext(configuration: trial)) != nil else {
            throw OutboundError(.tls, "the key is not that of the client certificate")
        }
    }

    func apply(to settings: inout TLSConfiguration) {
        settings.certificateChain = self.parts.chain.map { .certificate($0) }
        settings.privateKey = .privateKey(self.parts.key)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.parts === right.parts || left.parts.digest == right.parts.digest
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(self.parts.digest) }
}

extension ClientIdentity: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What it is, never whose.
    public var description: String { "a client certificate" }

    /// As `description`.
    public var debugDescription: String { self.description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
