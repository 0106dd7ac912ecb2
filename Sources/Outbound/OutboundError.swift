/// Why a connection that leaves Portico failed.
public struct OutboundError: Error, Sendable, Hashable, CustomStringConvertible {
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Value: String {
            case invalidURL, refusedAddress, invalidHeader, connect, tls, closed, timedOut, protocolViolation, tooLarge,
                overloaded, cancelled, redirected, proxyUnreachable, proxyRefused
        }
        private let value: Value
        private init(_ value: Value) { self.value = value }

        public static let invalidURL = Code(.invalidURL)
        /// The address is one that may not be called from here, or a redirect leads where it may not.
        public static let refusedAddress = Code(.refusedAddress)
        public static let invalidHeader = Code(.invalidHeader)
        /// Refused, unreachable, or no such host.
        public static let connect = Code(.connect)
        public static let tls = Code(.tls)
        /// The connection ended before the answer did.
        public static let closed = Code(.closed)
        public static let timedOut = Code(.timedOut)
        /// What came is not HTTP/1.1.
        public static let protocolViolation = Code(.protocolViolation)
        public static let tooLarge = Code(.tooLarge)
        /// The pool and its queue are full.
        public static let overloaded = Code(.overloaded)
        public static let cancelled = Code(.cancelled)
        /// The answer is one redirect more than may be followed.
        public static let redirected = Code(.redirected)
        /// The proxy on the way refused the connection, is unreachable or unknown, or what answers there is no such proxy. That the proxy
        /// is there and has no connection to the upstream is `connect`.
        public static let proxyUnreachable = Code(.proxyUnreachable)
        /// The proxy is there, and does not let this call pass: by its rules, or for want of other credentials.
        public static let proxyRefused = Code(.proxyRefused)

        public var description: String { self.value.rawValue }
    }

    public var code: Code
    /// For a person; holds no credential and no body.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { "\(self.code): \(self.message)" }
}
