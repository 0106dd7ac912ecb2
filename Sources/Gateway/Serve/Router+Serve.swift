internal import Hummingbird
internal import Wire

extension Server {
    /// What Hummingbird serves: everything that isn't hot.
    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        let origins = Set(self.configuration.network.adminOrigins)
        if !origins.isEmpty { router.add(middleware: OriginList(origins: origins)) }
        router.get("health") { _, _ in "ok\n" }
        let registry = self.registry
        router.get("metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: MetricsRegistry.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: registry.exposition())))
        }
        AdminAPI(
            store: self.store, directory: self.directory, configuration: self.configuration,
            tester: self.tester, tools: self.tools, upstreams: self.tools,
            previewer: self.tools, providers: self.providers, models: self.models,
            health: self.health, logger: self.logger
        ).addRoutes(to: router)
        return router
    }
}
