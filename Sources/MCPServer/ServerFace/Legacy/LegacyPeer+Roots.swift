/// What is being told of a client's roots: one at a time, and what changes meanwhile once more, together.
struct RootNews: Sendable {
    private var isBeingTold = false
    private var hasChangedAgain = false

    /// The roots have changed. True where that is to be told now.
    mutating func changed() -> Bool {
        hasChangedAgain = isBeingTold
        defer { isBeingTold = true }
        return !isBeingTold
    }

    /// It was told. True where it is to be told again.
    mutating func told() -> Bool {
        isBeingTold = hasChangedAgain
        hasChangedAgain = false
        return isBeingTold
    }
}

extension LegacyPeer {
    /// Tells whoever keeps the client's roots that they have changed (`notifications/roots/list_changed`).
    func tellRootsChanged(to service: any MCPService) {
        guard let client = readyClient(), client.capabilities.announcesRootChanges, updateRootNews({ $0.changed() }) else {
            return
        }
        let context = LegacySessionContext(self, client: client)
        // Ends once it is told, which the deadlines of those who are told bound.
        Task {
            repeat { await service.rootsChanged(context) } while updateRootNews { $0.told() } && readyClient() != nil
        }
    }
}
