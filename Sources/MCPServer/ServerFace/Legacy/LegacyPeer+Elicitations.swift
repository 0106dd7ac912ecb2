import Wire

extension LegacyPeer {
    /// Where whoever asks this client to visit a URL says that the visit is over. It does not keep the session alive.
    var elicitationOutlet: ElicitationOutlet {
        ElicitationOutlet(session: id) { [weak self] id in self?.complete(elicitation: id) }
    }

    /// The client was asked to visit a URL, by a question or an error, under an id that who asks has given.
    /// - Parameter call: the running call that asked; nil: none, or it is over.
    func asked(elicitation id: String, during call: LegacyCall?) {
        guard id.utf8.count <= ElicitationOutlet.maximumIDBytes, updateElicitations({ $0.ask(id, during: call?.id) }) else {
            return
        }
        send(LegacyAsk.completion(of: id), of: call)
    }

    private func complete(elicitation id: String) {
        guard case .tell(let call) = updateElicitations({ $0.complete(id) }) else { return }
        // A call that has ended has no way any more.
        send(LegacyAsk.completion(of: id), of: running(call))
    }
}

extension MCPError {
    /// The ids of the elicitations that this error names, for a client that gets it as it is.
    func elicitationIDs(for revision: Revision) -> [String] {
        guard revision >= .november2025, case .urlElicitationRequired(let elicitations) = kind else { return [] }
        return elicitations.compactMap { $0["elicitationId"]?.stringValue }
    }
}
