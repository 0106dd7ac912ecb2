package import Wire

/// The members that belong to the protocol between two neighbours, not to the call: they are read here and written
/// anew for the other side, never passed on.
package enum ProtocolKey {
    /// The revision of a modern request; its presence decides the era.
    package static let protocolVersion = "io.modelcontextprotocol/protocolVersion"
    /// What the client of a modern request can do.
    package static let clientCapabilities = "io.modelcontextprotocol/clientCapabilities"
    /// Who sends a modern request.
    package static let clientInfo = "io.modelcontextprotocol/clientInfo"
    /// Which log entries a modern request wants.
    package static let logLevel = "io.modelcontextprotocol/logLevel"
    /// Who gives a modern result.
    package static let serverInfo = "io.modelcontextprotocol/serverInfo"
    /// Which subscription a notification belongs to.
    package static let subscriptionID = "io.modelcontextprotocol/subscriptionId"
    /// Under which token progress is wanted, in every revision.
    package static let progressToken = "progressToken"

    /// Those in the `_meta` of a request. `related-task` and vendor keys are not among them: they belong to the call.
    static let ofRequests = [protocolVersion, clientCapabilities, clientInfo, logLevel, progressToken]
    /// Those in the `_meta` of a result or notification.
    static let ofResults = [protocolVersion, serverInfo, subscriptionID]
    /// Those beside the parameters of a repeated call (multi round-trip requests, 2026-07-28).
    static let ofRetries = ["inputResponses", "requestState"]
}

extension JSONObject {
    /// Whether these parameters claim a modern revision: the key that decides the era is there, of whatever type.
    package var claimsRevision: Bool { self["_meta"]?[ProtocolKey.protocolVersion] != nil }

    /// These parameters without what the protocol put there; an `_meta` that becomes empty goes.
    package func withoutProtocolKeys() -> JSONObject {
        var copy = self
        for key in ProtocolKey.ofRetries where copy.contains(key) { copy[key] = nil }
        copy.removeFromMeta(ProtocolKey.ofRequests)
        return copy
    }

    /// Removes keys from `_meta`, and `_meta` where nothing is left of it. An `_meta` that was empty stays.
    mutating func removeFromMeta(_ keys: [String]) {
        guard var meta = self["_meta"]?.objectValue else { return }
        let count = meta.count
        meta.remove(keys)
        guard meta.count < count else { return }
        self["_meta"] = meta.isEmpty ? nil : .object(meta)
    }
}
