internal import Wire

/// What an API's server is shown where it asks who calls (mutual TLS): a certificate chain and its private key as texts (PEM, RFC 7468).
/// Both are kept as secrets. Whether they are what they look like is found when an identity is made of them.
public struct ClientCertificate: Sendable, Hashable {
    /// The client's certificate, then each that signed the one before.
    public let chain: String
    /// The key of the first, without a passphrase.
    public let privateKey: String

    private static let greatestText = 128 << 10
    private static let form = "a PEM text of at most \(greatestText >> 10) KiB"
    /// What is expected of one text that holds both.
    static let bundleForm = "a client's certificate chain and its private key in one PEM text"

    /// Reads `certificate` and `private_key`.
    /// - Throws: `ServerFault` that names the member that is missing or no such text.
    init(_ reader: ConfigurationReader) throws(ServerFault) {
        func part(_ name: String) throws(ServerFault) -> String {
            guard let text = try reader.text(name, fitting: Self.isPEM, Self.form) else {
                throw ServerFault("\(reader.place).\(name)", expected: Self.form)
            }
            return text
        }
        chain = try part("certificate")
        privateKey = try part("private_key")
    }

    /// One text that holds both, as a group saves it; nil where it does not look like one.
    public init?(bundle: String) {
        guard Self.isPEM(bundle), bundle.contains("-----BEGIN CERTIFICATE-----"), bundle.contains("PRIVATE KEY-----") else {
            return nil
        }
        // Whoever reads the one passes over the other (RFC 7468 §2).
        (chain, privateKey) = (bundle, bundle)
    }

    /// Text may stand before the first encapsulation boundary (RFC 7468 §2).
    private static func isPEM(_ text: String) -> Bool {
        text.utf8.count <= greatestText && text.contains("-----BEGIN ")
            && text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || 0x09...0x0A ~= $0 || $0 == 0x0D }
    }
}
