internal import ModelRelay
internal import NIOCore

extension RelaySettings {
    init(_ configuration: Configuration) {
        self.init()
        self.retryTimes = Int64(configuration.relay.retryTimes)
        self.routingStrategy = configuration.relay.routingStrategy.flatMap { RoutingStrategy(rawValue: $0) }
        self.warnErrorRate = configuration.relay.warnErrorRate.flatMap { Double($0) }
        self.modelAliases = configuration.relay.modelAliases
        self.keepAliveInterval = TimeAmount(configuration.relay.streamKeepAlive)
        self.savesAllDetail = configuration.callLog.savesAllDetail
        self.requestDetailBytes = configuration.callLog.requestBodyMaximumBytes
        self.responseDetailBytes = configuration.callLog.responseBodyMaximumBytes
    }
}

extension HotPolicy {
    init(_ configuration: Configuration) {
        self.init()
        let network = configuration.network
        self.trustedProxies = network.trustedProxies
        self.modelOrigins = Set(network.modelOrigins)
        self.toolOrigins = Set(network.mcpOrigins)
        self.adminOrigins = Set(network.adminOrigins)
        self.serverHosts = ServerHosts(
            offered: network.publicMCPHost, own: network.groupMCPHost,
            gateway: network.allowedHosts + [network.mcpHost].compactMap { $0 })
        self.adminKey = configuration.keys.admin.map { String(Credential.strip($0[...])) }
        self.isGzipEnabled = configuration.relay.isGzipEnabled
        self.isDisabled = configuration.relay.isDisabled
        if !network.allowedHosts.isEmpty || configuration.listen.isLoopback {
            let host = configuration.listen.host.lowercased()
            let own = configuration.listen.isLoopback ? ["localhost", "127.0.0.1", "[::1]", host] : []
            self.allowedHosts = Set(own + network.allowedHosts.map { HotPolicy.name(ofHost: $0) })
        }
    }
}

extension FrontLimits {
    init(_ limits: Configuration.Limits) {
        self.init()
        self.body = limits.requestBodyBytes
        self.headerList = limits.headerBytes
        self.headerField = min(self.headerField, limits.headerBytes)
        self.headerCount = limits.headerCount
        self.head = TimeAmount(limits.idleTimeout)
        self.firstHead = TimeAmount(limits.headerTimeout)
        self.bodyPart = TimeAmount(limits.bodyTimeout)
    }
}
