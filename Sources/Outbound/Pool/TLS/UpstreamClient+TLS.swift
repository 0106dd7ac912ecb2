internal import NIOSSL
internal import Synchronization

extension UpstreamClient {
    /// The TLS settings that every event loop shares, one context for each policy; making one reads the system's certificates.
    ///
    /// A session is not resumed: SwiftNIO SSL has no way to take a client's session out of one connection and into another. What is
    /// kept instead are the connections.
    public struct TLS: Sendable {
        enum Verification: Sendable {
            case full
            /// Who vouches for the certificate; whom it is for is left to `UpstreamDialer`.
            case issuer
            case none
        }

        /// What a server must show, and is shown.
        struct Policy: Sendable, Hashable {
            var verification: Verification
            var clientIdentity: ClientIdentity?
        }

        /// Those that most processes never need.
        private final class Contexts: Sendable {
            let made = Mutex<[Policy: NIOSSLContext]>([:])
        }

        /// Of those by need: each context has the system's certificates for itself, about a megabyte.
        private static let maximumKept = 64

        let verifying: NIOSSLContext
        private let trustingAnyone: NIOSSLContext
        private let settings: TLSConfiguration
        private let contexts = Contexts()

        /// - Throws: `OutboundError` where the system's certificates can't be read.
        public init() throws(OutboundError) { try self.init(trusting: .default) }

        init(trusting roots: NIOSSLTrustRoots) throws(OutboundError) {
            var settings = TLSConfiguration.makeClientConfiguration()
            settings.trustRoots = roots
            settings.applicationProtocols = ["http/1.1"]
            self.settings = settings
            do {
                self.verifying = try NIOSSLContext(configuration: settings)
                settings.certificateVerification = .none
                self.trustingAnyone = try NIOSSLContext(configuration: settings)
            } catch {
                throw OutboundError(.tls, "the system's TLS certificates can't be used")
            }
        }

        /// The context of a policy; nil where it has to be made first.
        func context(for policy: Policy) -> NIOSSLContext? {
            switch (policy.verification, policy.clientIdentity) {
            case (.full, nil): self.verifying
            case (.none, nil): self.trustingAnyone
            default: self.contexts.made.withLock { $0[policy] }
            }
        }

        /// Makes the context of a policy. Reads files: not for an event loop.
        /// - Throws: `OutboundError`.
        func makeContext(for policy: Policy) throws(OutboundError) -> NIOSSLContext {
            if let context = self.context(for: policy) { return context }
            var settings = self.settings
            switch policy.verification {
            case .full: break
            case .issuer: settings.certificateVerification = .noHostnameVerification
            case .none: settings.certificateVerification = .none
            }
            policy.clientIdentity?.apply(to: &settings)
            guard let context = try? NIOSSLContext(configuration: settings) else {
                throw OutboundError(.tls, "the TLS certificates can't be used")
            }
            return self.contexts.made.withLock { made in
                if let other = made[policy] { return other }
                // Connections keep what they need; which of so many are asked for next nobody knows.
                if made.count >= Self.maximumKept { made.removeAll(keepingCapacity: true) }
                made[policy] = context
                return context
            }
        }
    }
}
