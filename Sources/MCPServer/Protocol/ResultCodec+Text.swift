import Wire

/// Results that came as text: what must change is changed in the text, and all the rest leaves byte for byte.
extension ResultCodec {
    private static let names = MemberNames(["resultType", "ttlMs", "cacheScope", "_meta", "content", "structuredContent"])
    private static let metaNames = MemberNames(ProtocolKey.ofResults)
    private static let limits = JSONLimits(maximumDepth: JSONLimits.greatestDepth)

    /// Whether a text is a result for a legacy client just as it is; false also where that takes a closer look.
    static func isLegacyAlready(_ text: [UInt8], of kind: Operation.Kind, for revision: Revision) -> Bool {
        guard revision >= .june2025 || kind != .callTool && kind != .getPrompt, kind != .list(.tools) else { return false }
        return text.withUnsafeBytes { bytes in
            guard let found = try? JSONScanner.scan(bytes, for: names, limits: limits),
                found[0] == nil, found[1] == nil, found[2] == nil
            else { return false }
            if kind == .callTool {
                guard found[4] != nil, found[5] == nil || found[5]?.kind == .object else { return false }
            }
            guard let meta = found[3] else { return true }
            let keys = try? JSONScanner.scan(bytes, range: meta.valueRange, for: metaNames, limits: limits)
            return keys.map { keys in metaNames.names.indices.allSatisfy { keys[$0] == nil } } ?? false
        }
    }

    /// A text with what every modern result has; nil where only its tree tells.
    /// - Parameter hint: what to say of the result's lifetime, where its kind has one; `isFresh` as for the tree.
    static func modern(
        _ text: [UInt8], of kind: Operation.Kind, hint: CacheHint?, isFresh: Bool, _ identity: Implementation
    ) -> [UInt8]? {
        text.withUnsafeBytes { bytes in
            do {
                let found = try JSONScanner.scan(bytes, for: names, limits: limits)
                var splice = JSONSplice(originalCount: bytes.count)
                if kind == .callTool, found[4] == nil { try splice.insert(name: "content", value: Array("[]".utf8), into: found) }
                if found[0] == nil { try splice.insert(name: "resultType", value: Array(#""complete""#.utf8), into: found) }
                if let hint {
                    let lifetime = found[1]?.int64(in: bytes)
                    if isFresh ? lifetime != hint.milliseconds : lifetime == nil {
                        try splice.set(1, of: found, to: Array(String(hint.milliseconds).utf8))
                    }
                    let scope = found[2]?.string(in: bytes)
                    if isFresh ? scope != hint.scope.rawValue : scope == nil {
                        try splice.set(2, of: found, to: JSON.string(hint.scope.rawValue).serializedBytes())
                    }
                }
                let info = JSON.object(identity.json)
                if let meta = found[3], meta.kind == .object {
                    let keys = try JSONScanner.scan(bytes, range: meta.valueRange, for: metaNames, limits: limits)
                    if keys[ProtocolKey.serverInfo] == nil {
                        try splice.insert(name: ProtocolKey.serverInfo, value: info.serializedBytes(), into: keys)
                    }
                } else {
                    let meta = JSON.object([ProtocolKey.serverInfo: info])
                    try splice.set(3, of: found, to: meta.serializedBytes())
                }
                return splice.isEmpty ? text : splice.applied(to: bytes)
            } catch {
                return nil
            }
        }
    }
}
