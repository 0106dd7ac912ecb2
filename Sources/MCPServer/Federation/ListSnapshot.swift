import Wire

/// A list of all members as one caller was given it. It does not change while that caller pages through it.
struct ListSnapshot: Sendable {
    let kind: Operation.ListKind
    let entries: [JSON]
    /// How long it may be kept, from when it was made.
    let hint: CacheHint
    let madeAt: ContinuousClock.Instant
    /// About how many bytes of JSON it has.
    let bytes: Int
    /// The value of the note about what is missing; nil: nothing is.
    let note: JSON?

    /// The entries from a place on, without the cursor of the next page.
    func page(from start: Int, size: Int) -> RawObject {
        let end = min(start + size, entries.count)
        var result: JSONObject = [kind.member: .array(Array(entries[start..<end]))]
        if let note { result["_meta"] = .object(JSONObject([(PartialNote.key, note)])) }
        return RawObject(result)
    }

    /// The hint as it is by now. The scope is the same on all pages.
    func hint(now: ContinuousClock.Instant) -> CacheHint {
        CacheHint(lifetime: hint.lifetime - madeAt.duration(to: now), scope: hint.scope)
    }
}

/// Where the next page of a snapshot begins, as a text that a client carries.
///
/// It is sealed where there are keys. Where there are none it is plain, and still worth nothing to others: the snapshot is found
/// under its unguessable id only together with the endpoint and the visibility of who asks.
struct ListCursor: Sendable {
    let snapshot: String
    let offset: Int

    /// 128 bits from the system's generator.
    static func makeID() -> String {
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<2 { withUnsafeBytes(of: generator.next() as UInt64) { bytes += $0 } }
        return Base64URL.encode(bytes)
    }

    func text(_ kind: Operation.ListKind, scope: FederationScope, tokens: SealedTokens?, expiresAt: Int64) -> String {
        let plaintext = "\(offset).\(snapshot)"
        guard let tokens else { return plaintext }
        return tokens.seal(Array(plaintext.utf8), purpose: Self.purpose(kind, scope), expiresAt: expiresAt)
    }

    init(snapshot: String, offset: Int) {
        self.snapshot = snapshot
        self.offset = offset
    }

    /// nil where the text was not issued for this list and this visibility, or too long ago.
    init?(_ text: String, _ kind: Operation.ListKind, scope: FederationScope, tokens: SealedTokens?, now: Int64) {
        var plaintext = text
        if let tokens {
            guard let bytes = try? tokens.open(text, purpose: Self.purpose(kind, scope), now: now) else { return nil }
            plaintext = String(decoding: bytes, as: UTF8.self)
        }
        let parts = plaintext.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let offset = Int(parts[0]), String(offset).isExactly(String(parts[0])), offset > 0
        else { return nil }
        self.offset = offset
        snapshot = String(parts[1])
    }

    /// As a JSON array, so that no two lists of parts are written alike.
    private static func purpose(_ kind: Operation.ListKind, _ scope: FederationScope) -> String {
        let parts: JSON = ["mcp list cursor", .string(scope.endpoint), .string(scope.visibility), .string(kind.member)]
        return parts.serialized()
    }
}
