internal import Directory
internal import NIOCore
internal import NIOHTTP1
internal import Outbound
internal import Wire

/// What all requests of one wire format to one channel have in common, worked out once for each event loop.
struct UpstreamRequests {
    var base: UpstreamBase { self.endpoint.base }
    private let endpoint: ProviderEndpoint
    private let headers: HTTPHeaders
    private let format: WireFormat

    /// - Throws: where the provider does not speak the format, or the channel's base URL or key can't be used. A key is pasted by a person:
    ///   one with a line break in it would be two headers.
    init(_ format: WireFormat, provider: Provider, channel: Directory.Channel) throws(Failure) {
        guard provider.formats.contains(format) else {
            throw Failure(.notImplemented, code: "not_implemented", "\(provider.name) channels don't serve \(format.rawValue)")
        }
        self.format = format
        do {
            self.endpoint = try ProviderEndpoint(
                format, provider: provider, baseURL: channel.baseURL, key: channel.key,
                proxyURL: channel.proxyURL, configs: channel.configs, verifiesCertificate: !channel.skipsTLSVerification)
        } catch {
            throw Failure(.badGateway, code: "channel_misconfigured", "the channel can't be used: \(error)", outcome: .unusable)
        }
        var headers: HTTPHeaders = [
            "Host": self.endpoint.base.address.hostHeader,
            "Content-Type": "application/json",
            // What passes is read for its usage, so it must not come compressed.
            "Accept-Encoding": "identity",
            "User-Agent": "portico",
        ]
        for header in self.endpoint.headers { headers.add(name: header.name, value: header.value) }
        self.headers = headers
    }

    /// The head of one request. `Content-Length` is added where it is sent.
    /// - Throws: where the provider doesn't serve the model in this format.
    func post(
        model: String, isStreamed: Bool, endpoint: Endpoint, from client: HTTPHeaders, traceHeaders: [(String, String)]
    ) throws(Failure) -> HTTPRequestHead {
        guard let target = self.endpoint.target(model: model, isStreamed: isStreamed) else {
            throw Failure(.notImplemented, code: "not_implemented", "the channel doesn't serve this model in this format")
        }
        var headers = self.headers
        headers.add(name: "Accept", value: isStreamed ? "text/event-stream" : "application/json")
        if endpoint.format.dialect == self.format.dialect {
            TravellingHeaders.copy(from: client, to: &headers, family: self.format.dialect)
        }
        // Messages are refused without one.
        if self.format.dialect == .anthropic, !headers.contains(name: "anthropic-version") {
            headers.add(name: "anthropic-version", value: "2023-06-01")
        }
        for (name, value) in traceHeaders { headers.add(name: name, value: value) }
        return HTTPRequestHead(version: .http1_1, method: .POST, uri: target, headers: headers)
    }
}
