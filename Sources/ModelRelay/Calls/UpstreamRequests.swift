internal import Directory
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// What all requests of one wire format to one channel have in common, worked out once for each event loop.
struct UpstreamRequests {
    let base: UpstreamBase
    private let path: String
    private let headers: HTTPHeaders

    /// The client's headers that travel in this wire format. Keys, cookies and forwarding headers never do.
    private static let travelling = ["openai-organization", "openai-project", "openai-beta"]

    /// - Throws: where the provider does not speak the format, or the channel's base URL or key can't be used. A key is pasted by a person:
    ///   one with a line break in it would be two headers.
    init(_ format: WireFormat, provider: Provider, channel: Directory.Channel) throws(Failure) {
        guard let path = provider.paths[format] else {
            throw Failure(.notImplemented, code: "not_implemented", "\(provider.name) channels don't serve \(format.rawValue)")
        }
        guard channel.key.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            throw Self.unusable("the key holds a line break, control or non-ASCII character")
        }
        do {
            self.base = try UpstreamBase(
                channel.baseURL.isEmpty ? provider.baseURL : channel.baseURL,
                verifiesCertificate: !channel.skipsTLSVerification)
        } catch {
            throw Self.unusable(error.message)
        }
        self.path = self.base.path + path
        var headers: HTTPHeaders = [
            "Host": self.base.address.hostHeader,
            "Content-Type": "application/json",
            // What passes is read for its usage, so it must not come compressed.
            "Accept-Encoding": "identity",
            "User-Agent": "portico",
        ]
        switch provider.authentication {
        case .bearer: headers.add(name: "Authorization", value: "Bearer \(channel.key)")
        case .header(let name): headers.add(name: name, value: channel.key)
        case .none: break
        }
        self.headers = headers
    }

    /// The head of one request. `Content-Length` is added where it is sent.
    func post(from client: HTTPHeaders, traceHeaders: [(String, String)], accept: String) -> HTTPRequestHead {
        var headers = self.headers
        headers.add(name: "Accept", value: accept)
        for (name, value) in client where name.utf8.count >= 11 && Self.travelling.contains(name.lowercased()) {
            headers.add(name: name, value: value)
        }
        for (name, value) in traceHeaders { headers.add(name: name, value: value) }
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: self.path, headers: headers)
    }

    private static func unusable(_ reason: String) -> Failure {
        Failure(.badGateway, code: "channel_misconfigured", "the channel can't be used: \(reason)")
    }
}
