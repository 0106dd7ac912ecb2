/// Which callers of which endpoint something is kept for.
struct FederationScope: Sendable, Hashable {
    let endpoint: String
    /// What tells apart callers who see different things.
    let visibility: String
}

/// What virtual servers remember between requests, as a value: the class around it has the lock and the clock.
struct FederationRecords: Sendable {
    struct ListKey: Sendable, Hashable {
        let scope: FederationScope
        let member: String
        let kind: Operation.ListKind
        /// Whose list it is; nil: everybody's of the scope.
        let principal: String?
    }

    struct Caller: Sendable, Hashable {
        let scope: FederationScope
        let principal: String
    }

    private struct MemberKey: Sendable, Hashable {
        let scope: FederationScope
        let member: String
    }

    private struct SnapshotKey: Sendable, Hashable {
        let scope: FederationScope
        let id: String
    }

    private struct ChangeKey: Sendable, Hashable {
        let endpoint: String
        let member: String
        let kind: Operation.ListKind
    }

    private struct ProfileRecord: Sendable {
        let members: [String]
        let profile: ServiceProfile
    }

    private typealias Learnt = BoundedTable<ExactKey, String>

    private let bounds: FederationMemory.Bounds
    private var listings: BoundedTable<ListKey, MemberListing>
    /// Members that failed to give a list a moment ago.
    private var failures: BoundedTable<ListKey, PartialNote.Reason>
    private var snapshots: BoundedTable<SnapshotKey, ListSnapshot>
    private var learnt: BoundedTable<Caller, Learnt>
    private var prefixed: BoundedTable<MemberKey, Bool>
    private var summaries: BoundedTable<MemberKey, ProfileSummary>
    private var profiles: BoundedTable<FederationScope, ProfileRecord>
    /// When each list changed last, in ticks. A list whose fetch began earlier is of before the change.
    private var changes: [ChangeKey: UInt64] = [:]
    /// What is said of lists that `changes` has not: raised when it had to be emptied.
    private var changesFloor: UInt64 = 0
    private(set) var tick: UInt64 = 0

    init(bounds: FederationMemory.Bounds) {
        self.bounds = bounds
        listings = BoundedTable(maximumCount: bounds.listings, maximumCost: bounds.listingBytes)
        failures = BoundedTable(maximumCount: bounds.listings)
        snapshots = BoundedTable(maximumCount: bounds.snapshots, maximumCost: bounds.snapshotBytes)
        learnt = BoundedTable(maximumCount: bounds.callers)
        prefixed = BoundedTable(maximumCount: bounds.members)
        summaries = BoundedTable(maximumCount: bounds.members)
        profiles = BoundedTable(maximumCount: bounds.callers)
    }

    // MARK: - Lists

    /// The list of a member as it was fetched for this caller, or for everybody of the scope.
    mutating func listing(
        _ kind: Operation.ListKind, ofMember member: String, for caller: Caller, now: ContinuousClock.Instant
    ) -> MemberListing? {
        let scope = caller.scope
        return listings.value(ListKey(scope: scope, member: member, kind: kind, principal: caller.principal), now: now)
            ?? listings.value(ListKey(scope: scope, member: member, kind: kind, principal: nil), now: now)
    }

    /// Keeps a list that was fetched, unless it changed since that began.
    mutating func keep(
        _ listing: MemberListing, ofMember member: String, for caller: Caller, begunAt begin: UInt64,
        until: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) {
        failures.remove(
            ListKey(scope: caller.scope, member: member, kind: listing.kind, principal: caller.principal))
        let change = ChangeKey(endpoint: caller.scope.endpoint, member: member, kind: listing.kind)
        guard (changes[change] ?? changesFloor) <= begin else { return }
        let principal = listing.hint.scope == .public ? nil : caller.principal
        let key = ListKey(scope: caller.scope, member: member, kind: listing.kind, principal: principal)
        // The tree of a JSON text takes several times its bytes.
        listings.put(key, listing, cost: 4 * listing.bytes + 1024, until: until, now: now)
    }

    /// A member failed to give a list to this caller.
    mutating func failed(
        _ kind: Operation.ListKind, _ reason: PartialNote.Reason, ofMember member: String, for caller: Caller,
        until: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) {
        let key = ListKey(scope: caller.scope, member: member, kind: kind, principal: caller.principal)
        failures.put(key, reason, until: until, now: now)
    }

    /// Why a member did not give a list to this caller, where that was a moment ago.
    mutating func failure(
        _ kind: Operation.ListKind, ofMember member: String, for caller: Caller, now: ContinuousClock.Instant
    ) -> PartialNote.Reason? {
        failures.value(ListKey(scope: caller.scope, member: member, kind: kind, principal: caller.principal), now: now)
    }

    /// A list of a member changed, for whomever it was fetched.
    mutating func changed(_ kind: Operation.ListKind, ofMember member: String, endpoint: String) {
        tick += 1
        if changes.count >= bounds.members {
            changes = [:]
            changesFloor = tick
        }
        changes[ChangeKey(endpoint: endpoint, member: member, kind: kind)] = tick
        listings.removeAll { $0.kind == kind && $0.scope.endpoint == endpoint && $0.member == member }
    }

    // MARK: - Pages

    mutating func keep(
        _ snapshot: ListSnapshot, id: String, scope: FederationScope, until: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) {
        snapshots.put(
            SnapshotKey(scope: scope, id: id), snapshot, cost: 4 * snapshot.bytes + 1024, until: until, now: now)
    }

    mutating func snapshot(_ id: String, scope: FederationScope, now: ContinuousClock.Instant) -> ListSnapshot? {
        snapshots.value(SnapshotKey(scope: scope, id: id), now: now)
    }

    // MARK: - URIs

    /// The member from which this caller got the URI.
    mutating func learntMember(of uri: String, for caller: Caller, now: ContinuousClock.Instant) -> String? {
        var member: String?
        learnt.update(caller) { member = $0.value(ExactKey(uri), now: now) }
        return member
    }

    mutating func learn(
        _ uri: String, ofMember member: String, for caller: Caller, until: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) {
        // Put anew each time, so that the table as a whole lives as long as its youngest entry.
        var table = learnt.value(caller, now: now) ?? Learnt(maximumCount: bounds.learntPerCaller)
        learnt.remove(caller)
        table.put(ExactKey(uri), member, until: until, now: now)
        learnt.put(caller, table, until: until, now: now)
    }

    mutating func isPrefixed(_ member: String, scope: FederationScope, now: ContinuousClock.Instant) -> Bool {
        prefixed.value(MemberKey(scope: scope, member: member), now: now) ?? false
    }

    mutating func setPrefixed(
        _ member: String, scope: FederationScope, until: ContinuousClock.Instant, now: ContinuousClock.Instant
    ) {
        prefixed.put(MemberKey(scope: scope, member: member), true, until: until, now: now)
    }

    // MARK: - Profiles

    mutating func profile(
        of scope: FederationScope, members: [String], now: ContinuousClock.Instant
    ) -> ServiceProfile? {
        guard let record = profiles.value(scope, now: now), record.members == members else { return nil }
        return record.profile
    }

    mutating func keep(
        _ profile: ServiceProfile, of scope: FederationScope, members: [String], until: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) {
        profiles.put(scope, ProfileRecord(members: members, profile: profile), until: until, now: now)
    }

    mutating func summary(of member: String, scope: FederationScope, now: ContinuousClock.Instant) -> ProfileSummary? {
        summaries.value(MemberKey(scope: scope, member: member), now: now)
    }

    mutating func keep(
        _ summary: ProfileSummary, of member: String, scope: FederationScope, until: ContinuousClock.Instant,
        now: ContinuousClock.Instant
    ) {
        summaries.put(MemberKey(scope: scope, member: member), summary, until: until, now: now)
    }
}
