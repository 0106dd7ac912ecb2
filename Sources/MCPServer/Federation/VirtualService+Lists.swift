import Wire

extension VirtualService {
    /// One page of the members' lists, joined.
    /// - Throws: `MCPError.unknownCursor`; no member's failure, of which a note in the result tells.
    func list(_ kind: Operation.ListKind, cursor: String?, _ context: any CallContext) async throws -> Outcome {
        if let cursor { return try page(at: cursor, of: kind) }
        let answers = try await answers(kind, context) { $0.remaining(now: $1) > .zero }
        let snapshot = snapshot(kind, answers, context)
        guard snapshot.entries.count > limits.pageSize else {
            return .complete(snapshot.page(from: 0, size: limits.pageSize), snapshot.hint)
        }
        let id = ListCursor.makeID()
        // As long as any page of it is promised to hold.
        let lifetime = max(limits.snapshotLifetime, snapshot.hint.lifetime)
        memory.with { records, now in
            records.keep(snapshot, id: id, scope: scope, until: now.advanced(by: lifetime), now: now)
        }
        return page(of: snapshot, from: 0, id: id)
    }

    private func page(at cursor: String, of kind: Operation.ListKind) throws(MCPError) -> Outcome {
        guard let place = ListCursor(cursor, kind, scope: scope, tokens: tokens, now: clock.nowMilliseconds()),
            let snapshot = memory.with({ records, now in records.snapshot(place.snapshot, scope: scope, now: now) }),
            snapshot.kind == kind, place.offset < snapshot.entries.count, place.offset.isMultiple(of: limits.pageSize)
        else { throw .unknownCursor }
        return page(of: snapshot, from: place.offset, id: place.snapshot)
    }

    private func page(of snapshot: ListSnapshot, from start: Int, id: String) -> Outcome {
        var page = snapshot.page(from: start, size: limits.pageSize)
        let end = start + limits.pageSize
        if end < snapshot.entries.count {
            let lifetime = max(limits.snapshotLifetime, snapshot.hint.lifetime)
            let expiry = clock.nowMilliseconds() + Int64(lifetime.components.seconds) * 1000
            let cursor = ListCursor(snapshot: id, offset: end)
            page["nextCursor"] = .string(cursor.text(snapshot.kind, scope: scope, tokens: tokens, expiresAt: expiry))
        }
        return .complete(page, snapshot.hint(now: memory.now()))
    }

    // MARK: - Joining

    /// The members' entries in the members' order, as this caller sees them.
    private func snapshot(
        _ kind: Operation.ListKind, _ answers: [MemberAnswer], _ context: any CallContext
    ) -> ListSnapshot {
        let prefixed = kind.isOfResources ? settleClashes(answers) : []
        let now = memory.now()
        var entries: [JSON] = []
        var missing: [(member: Member, reason: PartialNote.Reason)] = []
        var hint = CacheHint(lifetime: limits.longestHint, scope: .public)
        var bytes = 0
        for (position, answer) in answers.enumerated() {
            if let fault = answer.fault { missing.append((members[position], fault)) }
            guard let listing = answer.listing else { continue }
            hint = hint.combined(with: CacheHint(lifetime: listing.remaining(now: now), scope: listing.hint.scope))
            bytes += listing.bytes
            for entry in listing.entries {
                guard let exposed = self.entry(entry, kind, of: position, isPrefixed: prefixed.contains(position)) else {
                    continue
                }
                entries.append(.object(exposed))
            }
        }
        // Which members there are, and which of their tools, depends on the token.
        hint = CacheHint(lifetime: missing.isEmpty ? hint.lifetime : .zero, scope: .private)
        return ListSnapshot(
            kind: kind, entries: entries, hint: hint, madeAt: now, bytes: bytes,
            note: missing.isEmpty ? JSON?.none : PartialNote.json(missing))
    }

    /// An entry under its exposed name or URI; nil where it does not exist for this caller.
    private func entry(
        _ entry: JSONObject, _ kind: Operation.ListKind, of member: Int, isPrefixed: Bool
    ) -> JSONObject? {
        guard let key = entry[kind.keyMember]?.stringValue else { return nil }
        if kind == .tools, !isVisible(members[member].id, key) { return nil }
        let exposed =
            kind.isOfResources
            ? exposedURI(key, of: member, isPrefixed: isPrefixed) : ExposedName.name(key, prefix: prefixes[member])
        var copy = entry
        copy[kind.keyMember] = .string(exposed)
        return copy
    }

    // MARK: - Asking the members

    /// What each member's list is: as it is remembered, where that is good enough, else as the member gives it now.
    ///
    /// - Parameter retriesFailures: whether members that failed a moment ago are asked again.
    func answers(
        _ kind: Operation.ListKind, _ context: any CallContext, retriesFailures: Bool = true,
        accepting isGoodEnough: (MemberListing, ContinuousClock.Instant) -> Bool
    ) async throws -> [MemberAnswer] {
        let caller = caller(context)
        var answers: [MemberAnswer?] = memory.with { records, now in
            members.map { member in
                let known = records.listing(kind, ofMember: member.id, for: caller, now: now)
                if let known, isGoodEnough(known, now) { return .listing(known) }
                guard !retriesFailures else { return nil }
                return records.failure(kind, ofMember: member.id, for: caller, now: now).map(MemberAnswer.missing)
            }
        }
        let unknown = answers.indices.filter { answers[$0] == nil }
        try await withThrowingTaskGroup(of: (Int, MemberAnswer).self) { group in
            var waiting = unknown[...]
            for _ in 0..<max(1, limits.concurrentMembers) {
                guard let member = waiting.popFirst() else { break }
                group.addTask { (member, try await answer(kind, of: member, context)) }
            }
            while let (member, answer) = try await group.next() {
                answers[member] = answer
                guard let member = waiting.popFirst() else { continue }
                group.addTask { (member, try await self.answer(kind, of: member, context)) }
            }
        }
        return answers.map { $0 ?? .missing(.unavailable) }
    }

    /// What a member's list is now.
    /// - Throws: `CancellationError` where the caller is cancelled.
    func answer(_ kind: Operation.ListKind, of member: Int, _ context: any CallContext) async throws -> MemberAnswer {
        let caller = caller(context)
        let begin = memory.with { records, _ in records.tick }
        let pager = MemberPager(
            service: members[member].service, kind: kind, prefix: prefixes[member], limits: limits, now: memory.now)
        let memberContext = self.context(context, of: member)
        do {
            let listing = try await within(min(limits.listDeadline, context.clock.remaining), sleep: memory.sleep) {
                try await pager.list(memberContext)
            }
            memory.with { records, now in
                // A list kept beyond its hint still says whose URIs and names are whose.
                let lifetime = max(limits.routeLifetime, listing.remaining(now: now))
                records.keep(
                    listing, ofMember: members[member].id, for: caller, begunAt: begin,
                    until: now.advanced(by: lifetime), now: now)
            }
            return .listing(listing)
        } catch {
            if Task.isCancelled { throw CancellationError() }
            let reason = PartialNote.Reason(MCPError(wrapping: error))
            memory.with { records, now in
                records.failed(
                    kind, reason, ofMember: members[member].id, for: caller,
                    until: now.advanced(by: limits.failureMemory), now: now)
            }
            return .missing(reason)
        }
    }
}

extension Operation.ListKind {
    /// Whether its entries have URIs, not names.
    var isOfResources: Bool { self == .resources || self == .resourceTemplates }
}
