import Wire

/// What a result needs to be one of a revision.
///
/// No schema of any revision closes an object, so members that a client does not know stay. Only what belongs to the
/// protocol between two neighbours is taken out or put in.
enum ResultCodec {
    /// The result for a legacy client: without what 2026-07-28 adds for the protocol's own use.
    static func legacy(_ result: RawObject, of kind: Operation.Kind, for revision: Revision) -> RawObject {
        if let text = result.text, isLegacyAlready(text, of: kind, for: revision) { return result }
        var object = result.object
        let count = object.count
        for member in ["resultType", "ttlMs", "cacheScope"] where object.contains(member) { object[member] = nil }
        let hadMeta = object["_meta"]
        object.removeFromMeta(ProtocolKey.ofResults)
        let hasContent = complete(&object, of: kind)
        let translated = LegacyContent.translate(&object, of: kind, for: revision)
        let isUntouched = object.count == count && object["_meta"] == hadMeta && hasContent && !translated
        return isUntouched ? result : RawObject(object)
    }

    /// The result for a modern client: with its type, who says it, and how long it may be kept.
    static func modern(
        _ result: RawObject, of kind: Operation.Kind, hint: CacheHint?, identity: Implementation
    ) -> RawObject {
        let shown = kind.isCacheable ? hint ?? CacheHint.none : nil
        if let text = result.text, let changed = modern(text, of: kind, hint: shown, isFresh: hint != nil, identity) {
            return RawObject(checked: changed)
        }
        var object = result.object
        _ = complete(&object, of: kind)
        addEnvelope(to: &object, hint: shown, isFresh: hint != nil, identity)
        return RawObject(object)
    }

    /// What every modern result has.
    /// - Parameter isFresh: whether the hint is the service's word, which counts more than what stands in the result.
    static func addEnvelope(
        to object: inout JSONObject, type: String = "complete", hint: CacheHint?, isFresh: Bool = true,
        _ identity: Implementation
    ) {
        object.appendIfAbsent("resultType", .string(type))
        if let hint {
            if isFresh || object["ttlMs"]?.int64Value == nil { object["ttlMs"] = .integer(hint.milliseconds) }
            if isFresh || object["cacheScope"]?.stringValue == nil { object["cacheScope"] = .string(hint.scope.rawValue) }
        }
        var meta = object["_meta"]?.objectValue ?? JSONObject()
        meta.appendIfAbsent(ProtocolKey.serverInfo, .object(identity.json))
        object["_meta"] = .object(meta)
    }

    /// Adds the one member that every revision requires of a tool's result and that old servers leave out where it would
    /// be empty. False where it was missing.
    private static func complete(_ object: inout JSONObject, of kind: Operation.Kind) -> Bool {
        kind != .callTool || !object.appendIfAbsent("content", [])
    }
}

extension Operation.Kind {
    /// Whether results of this kind say how long they may be kept (2026-07-28, caching).
    var isCacheable: Bool {
        switch self {
        case .list, .readResource: true
        case .callTool, .getPrompt, .complete, .other: false
        }
    }
}
