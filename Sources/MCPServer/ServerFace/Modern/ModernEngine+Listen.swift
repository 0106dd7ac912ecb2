import Wire

extension ModernEngine {
    /// How long changes gather before they are told, so that a burst of one kind is told once.
    static let listenWindow = Duration.milliseconds(50)

    /// Serves `subscriptions/listen`: an acknowledgement, then changes until the service can watch no longer or the
    /// client goes. It has no time limit; its memory is that of one suspended task, a filter and an empty queue.
    ///
    /// - Throws: `CancellationError` once the client has gone; else what is wrong, before anything was sent.
    func listen(_ request: ModernRequest, _ exchange: ModernExchange) async throws {
        let id = request.message.id
        let filter = try checked(request) { () throws(MCPError) in try ChangeFilter(listening: request.message.params) }
        if !filter.taskIDs.isEmpty, !exchange.client.accepts(.tasks) { throw MCPError.missingClientCapability(.tasks) }
        let (watch, identity) = try await parking.watchdog.run(exchange.clock, on: executor) {
            [service] in (try await service.watch(filter, exchange), try await service.profile(exchange).identity)
        }
        let honoured = watch.honoured.limited(to: filter)
        let outlet = exchange.outlet
        outlet.queue(ModernNotification.acknowledged(honoured, subscription: id))
        outlet.drain()
        let gathering = ChangeGathering(window: Self.listenWindow) { changes in
            for change in changes { outlet.queue(ModernNotification.change(change, subscription: id)) }
            outlet.drain()
        }
        for await change in watch.changes where honoured.wants(change) { gathering.add(change) }
        gathering.flush()
        try Task.checkCancellation()
        // The service ended it, not the client: that is told by the answer.
        var result: JSONObject = ["_meta": [ProtocolKey.subscriptionID: id.json]]
        ResultCodec.addEnvelope(to: &result, hint: nil, identity)
        outlet.answer(Reply(id, result: RawObject(result)), for: request.revision)
    }
}
