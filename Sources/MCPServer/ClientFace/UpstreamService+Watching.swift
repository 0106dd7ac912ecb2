import Synchronization

extension UpstreamService {
    /// Watches for changes at the upstream. Returns once the upstream delivers what it will; ends with the service, and
    /// survives the loss of a session: what may have been missed is then told once.
    public func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch {
        let key = SessionKey(context, isStateless: endpoint.isStateless)
        let group = state.withLock { state in
            if let group = state.groups[key] { return group }
            let group = WatchGroup(key, context) { [weak self] in self }
            state.groups[key] = group
            return group
        }
        defer { forgetIfUnused(group) }
        return try await group.add(filter, context)
    }

    /// Tells the session of this client, where there is one: an upstream that never asked it has nothing that could be out of
    /// date. One that keeps nothing is not told, nor one of 2026-07-28, which asks with each call.
    public func rootsChanged(_ context: any CallContext) async {
        let key = SessionKey(context, isStateless: endpoint.isStateless)
        guard key.features.contains(.rootChanges), let session = state.withLock({ $0.pool.peek(key) }) else { return }
        await session.tellRootsChanged(context)
    }

    /// A group that nobody watches in any more need not be kept.
    func forgetIfUnused(_ group: WatchGroup) {
        state.withLock { state in
            if state.groups[group.key] === group, group.isUnused { state.groups[group.key] = nil }
        }
    }
}
