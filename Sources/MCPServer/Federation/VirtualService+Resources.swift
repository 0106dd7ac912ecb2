import Wire

extension VirtualService {
    /// Where a URI leads: to a member, and what it is there.
    struct ResourceRoute: Sendable, Hashable {
        let member: Int
        let uri: String
    }

    /// How long a member that clashed once keeps its prefix after it was last seen to clash, so that its URIs stay.
    private static let prefixLifetime = Duration.seconds(24 * 3600)
    /// How long a URI leads to the member from which a caller got it.
    private static let learntLifetime = Duration.seconds(3600)

    /// Whose a URI is.
    /// - Throws: `resourceNotFound`, or `upstreamUnavailable` where it may be that of a member that can't be asked.
    func route(_ uri: String, _ context: any CallContext) async throws -> ResourceRoute {
        if IssuedPrefix.mustPrecede(uri) {
            guard let issued = IssuedPrefix.parse(uri), let member = positions[issued.prefix] else {
                throw MCPError.resourceNotFound(uri: uri)
            }
            return ResourceRoute(member: member, uri: issued.uri)
        }
        let caller = caller(context)
        var routes = knownRoutes(caller)
        if let member = routes.owner(uri) { return ResourceRoute(member: member, uri: uri) }
        if routes.parts.contains(where: { !$0.isKnown }) {
            routes = try await fetchRoutes(context) { _, _ in true }
        }
        if let member = routes.route(uri, learnt: learntMember(of: uri, caller)) {
            return ResourceRoute(member: member, uri: uri)
        }
        // It may be new; but however often such a URI is asked for, the lists are fetched once in a while only.
        routes = try await fetchRoutes(context) { $0.fetchedAt.duration(to: $1) < limits.missRefresh }
        if let member = routes.route(uri, learnt: nil) { return ResourceRoute(member: member, uri: uri) }
        guard routes.parts.allSatisfy(\.isKnown) else {
            throw MCPError(.upstreamUnavailable, "A server that may have this resource can't be reached")
        }
        throw MCPError.resourceNotFound(uri: uri)
    }

    func knownRoutes(_ caller: FederationRecords.Caller) -> ResourceRoutes {
        memory.with { records, now in
            ResourceRoutes(
                parts: members.map { member in
                    ResourceRoutes.Part(
                        isPrefixed: records.isPrefixed(member.id, scope: scope, now: now),
                        resources: records.listing(.resources, ofMember: member.id, for: caller, now: now),
                        templates: records.listing(.resourceTemplates, ofMember: member.id, for: caller, now: now))
                })
        }
    }

    private func fetchRoutes(
        _ context: any CallContext, accepting isGoodEnough: @Sendable (MemberListing, ContinuousClock.Instant) -> Bool
    ) async throws -> ResourceRoutes {
        async let resources = answers(.resources, context, retriesFailures: false, accepting: isGoodEnough)
        async let templates = answers(.resourceTemplates, context, retriesFailures: false, accepting: isGoodEnough)
        let (allResources, allTemplates) = try await (resources, templates)
        let prefixed = settleClashes(allResources).union(settleClashes(allTemplates))
        return ResourceRoutes(
            parts: members.indices.map {
                ResourceRoutes.Part(
                    isPrefixed: prefixed.contains($0), resources: allResources[$0].listing,
                    templates: allTemplates[$0].listing)
            })
    }

    private func learntMember(of uri: String, _ caller: FederationRecords.Caller) -> Int? {
        let id = memory.with { records, now in records.learntMember(of: uri, for: caller, now: now) }
        return id.flatMap { id in members.firstIndex { $0.id.isExactly(id) } }
    }

    // MARK: - Clashes

    /// Gives a prefix to each member of which a URI (or template) is an earlier member's too; the members that have one.
    func settleClashes(_ answers: [MemberAnswer]) -> Set<Int> {
        memory.with { records, now in
            var taken: Set<ExactKey> = []
            var prefixed: Set<Int> = []
            for (position, answer) in answers.enumerated() {
                let member = members[position].id
                guard let keys = answer.listing?.keys, !records.isPrefixed(member, scope: scope, now: now) else {
                    if records.isPrefixed(member, scope: scope, now: now) { prefixed.insert(position) }
                    continue
                }
                let own = keys.filter { !IssuedPrefix.mayNotPrecede($0.text) && !IssuedPrefix.mustPrecede($0.text) }
                if taken.isDisjoint(with: own) {
                    taken.formUnion(own)
                } else {
                    let until = now.advanced(by: Self.prefixLifetime)
                    records.setPrefixed(member, scope: scope, until: until, now: now)
                    prefixed.insert(position)
                }
            }
            return prefixed
        }
    }

    /// A member's URI or template as clients see it.
    func exposedURI(_ uri: String, of member: Int, isPrefixed: Bool) -> String {
        guard !IssuedPrefix.mayNotPrecede(uri), isPrefixed || IssuedPrefix.mustPrecede(uri) else { return uri }
        return IssuedPrefix.text(ofMember: prefixes[member]) + uri
    }

    /// Remembers the URIs that a member's result has as this member's, and says how clients see them.
    ///
    /// - Parameter requested: a URI that stays as the client wrote it.
    func exposing(
        _ result: RawObject, of kind: Operation.Kind, from member: Int, _ context: any CallContext,
        requested: (own: String, exposed: String)? = nil
    ) -> RawObject {
        let caller = caller(context)
        var routes: ResourceRoutes?
        var count = 0
        return ResultURIs.mapped(result, of: kind) { uri in
            if let requested, uri.isExactly(requested.own) { return requested.exposed }
            let known = routes ?? knownRoutes(caller)
            routes = known
            count += 1
            if count <= limits.learntPerResult { learn(uri, from: member, caller, known) }
            let isPrefixed = memory.with { records, now in
                records.isPrefixed(members[member].id, scope: scope, now: now)
            }
            return exposedURI(uri, of: member, isPrefixed: isPrefixed)
        }
    }

    /// Remembers a URI as this member's. Where it is another's already the two clash: this member gets its prefix.
    func learn(_ uri: String, from member: Int, _ caller: FederationRecords.Caller, _ routes: ResourceRoutes) {
        guard !IssuedPrefix.mustPrecede(uri), !routes.parts[member].isPrefixed else { return }
        let id = members[member].id
        let owner = routes.owner(uri)
        guard owner != member else { return }
        memory.with { records, now in
            if owner == nil {
                let learnt = records.learntMember(of: uri, for: caller, now: now)
                let isOwn = learnt?.isExactly(id) ?? true
                if isOwn || IssuedPrefix.mayNotPrecede(uri) {
                    records.learn(uri, ofMember: id, for: caller, until: now.advanced(by: Self.learntLifetime), now: now)
                    return
                }
            }
            if IssuedPrefix.mayNotPrecede(uri) { return }
            records.setPrefixed(id, scope: scope, until: now.advanced(by: Self.prefixLifetime), now: now)
        }
    }
}
