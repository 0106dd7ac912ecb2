import Wire

/// Takes all pages of one list from one member, within bounds.
struct MemberPager: Sendable {
    let service: any MCPService
    let kind: Operation.ListKind
    /// The member's part of exposed names.
    let prefix: String
    let limits: FederationLimits
    let now: @Sendable () -> ContinuousClock.Instant

    /// The whole list, or what bounds left of it.
    /// - Throws: what the member throws. A member without lists of this kind has an empty one.
    func list(_ context: any CallContext) async throws -> MemberListing {
        let fetchedAt = now()
        var entries: [JSON] = []
        var hint: CacheHint?
        var fault: PartialNote.Reason?
        var bytes = 0
        var cursors: Set<ExactKey> = []
        var cursor: String?
        for page in 1... {
            guard let (result, pageHint) = try await self.page(cursor, context) else { break }
            let size = result.serializedBytes().count
            guard size <= limits.bytesPerMember - bytes else {
                fault = .tooLarge
                break
            }
            bytes += size
            let added = result[kind.member]?.arrayValue ?? []
            entries += added.prefix(limits.entriesPerMember - entries.count)
            // Each page's hint counts from when that page came; all count from the first here, which errs to the safe side.
            hint = hint.map { $0.combined(with: pageHint) } ?? pageHint
            guard let next = result["nextCursor"]?.stringValue else {
                if added.count > entries.count { fault = .tooLarge }
                break
            }
            guard cursors.insert(ExactKey(next)).inserted else {
                fault = .repeatedCursor
                break
            }
            guard page < limits.pagesPerMember, entries.count < limits.entriesPerMember else {
                fault = .tooLarge
                break
            }
            cursor = next
        }
        return MemberListing(
            kind: kind, entries: entries, prefix: prefix, fault: fault, hint: hint ?? .none, fetchedAt: fetchedAt,
            bytes: bytes)
    }

    private func page(_ cursor: String?, _ context: any CallContext) async throws -> (RawObject, CacheHint)? {
        let params: RawObject = cursor.map { ["cursor": .string($0)] } ?? RawObject()
        do {
            guard
                case .complete(let result, let hint) = try await service.perform(Operation(.list(kind), params: params), context)
            else { throw MCPError(.upstreamUnavailable, "A list needs no answers") }
            return (result, hint ?? .none)
        } catch let error as MCPError {
            // Not every server has prompts, say; and one that says so in the middle of its pages is broken.
            if case .methodNotFound = error.kind, cursor == nil { return nil }
            throw error
        }
    }
}

extension CacheHint {
    /// That of something made of two parts: the shorter time, and private if either is.
    func combined(with other: CacheHint) -> CacheHint {
        CacheHint(
            lifetime: min(lifetime, other.lifetime),
            scope: scope == .private || other.scope == .private ? .private : .public)
    }
}
