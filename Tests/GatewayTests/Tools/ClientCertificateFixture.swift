import Foundation
import Outbound

/// The client certificate for tests.
enum ClientCertificateFixture {
    static let chain = text("client-certificate.pem")
    static let key = text("client-key.pem")
    /// Of another key.
    static let otherChain = text("localhost-certificate.pem")

    static var identity: ClientIdentity {
        get throws { try ClientIdentity(certificateChain: chain, privateKey: key) }
    }

    private static func text(_ file: String) -> String {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures/TLS/")
        return (try? String(contentsOf: folder.appending(path: file), encoding: .utf8)) ?? ""
    }
}
