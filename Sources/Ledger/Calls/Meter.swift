internal import Synchronization

/// Where calls of models and of tools are admitted, charged and recorded: the one place, for both.
///
/// Holds a ledger for each of a few shards of groups behind a lock of its own; a lock is held for the time of a few dictionary
/// accesses, and nothing is called from inside one. The journal is asked before a call is admitted and written to after it
/// is charged, so that each charge has its record.
public final class Meter: Sendable {
    private final class Shard: Sendable {
        let ledger: Mutex<Ledger>
        init(_ ledger: Ledger) { self.ledger = Mutex(ledger) }
    }

    private let journal: any CallJournal
    private let shards: [Shard]

    /// A meter that writes to `journal`.
    ///
    /// - Parameters:
    ///   - shards: how many ledgers share the groups.
    ///   - billingEnabled: false = everything is recorded, and quotas never refuse; rate limits hold all the same.
    public init(journal: any CallJournal, shards: Int = 16, billingEnabled: Bool) {
        self.journal = journal
        self.shards = (0..<max(shards, 1)).map { _ in Shard(Ledger(enforcesQuotas: billingEnabled)) }
    }

    /// Admits a call. What it returns must be settled or released exactly once.
    ///
    /// - Throws: why not; `journalFull` first, also for the internal payer, because what can't be recorded must not happen.
    public func admit(_ opening: CallOpening, lane: Int) throws(Refusal) -> Admission {
        guard journal.hasRoom(lane: lane) else { throw .journalFull }
        let shard = shard(of: opening.payer.groupID)
        let rates = try shards[shard].ledger.withLock { (ledger) throws(Refusal) in try ledger.reserve(opening) }
        return Admission(
            requestID: opening.requestID, payer: opening.payer, subject: opening.subject, rates: rates, shard: shard)
    }

    /// Charges a call by its usage and records it.
    ///
    /// What was used is charged however the call ended (a stream that was cut is charged as delivered); a price per request only
    /// where `record.code` is a success. Sets the record's amount, time and payer.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - matchesResolutionClasses: false where the model's configuration turns such matches off.
    /// - Returns: false where the journal took no record; then nothing was charged, and the answer must be withheld. Also false
    ///   for a call that was released before. True, and no second record, for one that was settled before.
    public func settle(
        _ admission: Admission, record: consuming CallRecord, price: Price, lane: Int, now: Int64,
        matchesResolutionClasses: Bool = true
    ) -> Bool {
        record.amount = price.amount(
            for: record.usage, context: record.usageContext, at: record.requestAt, succeeded: 200...299 ~= record.code,
            matchesResolutionClasses: matchesResolutionClasses)
        return close(admission, record, lane: lane, now: now)
    }

    /// Charges a call with a flat cost, whatever its code (the caller knows whether it is due), and records it.
    ///
    /// - Returns: as `settle(_:record:price:lane:now:)`.
    public func settle(
        _ admission: Admission, record: consuming CallRecord, cost: Money, lane: Int, now: Int64
    ) -> Bool {
        var amount = Amount()
        amount.used = max(cost, .zero)
        record.amount = amount
        return close(admission, record, lane: lane, now: now)
    }

    /// Gives back what a call reserved that ended without cost and without a record.
    public func release(_ admission: Admission) {
        shards[admission.shard].ledger.withLock { $0.release(requestID: admission.requestID) }
    }

    /// Records a call that was refused: a row, and no charge.
    ///
    /// - Returns: false where the journal took no record.
    public func record(_ record: consuming CallRecord, lane: Int) -> Bool {
        record.amount = Amount()
        return journal.append(record, lane: lane)
    }

    private func close(_ admission: Admission, _ record: consuming CallRecord, lane: Int, now: Int64) -> Bool {
        record.createdAt = now
        record.requestID = admission.requestID
        record.groupID = admission.payer.groupID
        record.tokenID = admission.payer.tokenID
        record.tokenName = admission.payer.tokenName
        let cost = record.amount.used
        let tokens = record.usage.totalTokens
        let settlement = shards[admission.shard].ledger.withLock {
            $0.settle(requestID: admission.requestID, cost: cost, tokens: tokens, now: now)
        }
        switch settlement {
        case .settled: break
        case .alreadySettled: return true
        case .unknown: return false
        }
        if journal.append(record, lane: lane) { return true }
        shards[admission.shard].ledger.withLock { $0.takeBack(cost, tokenID: admission.payer.tokenID) }
        return false
    }

    private func shard(of group: String) -> Int {
        Int(UInt(bitPattern: group.hashValue) % UInt(shards.count))
    }
}

extension Meter {
    /// The quota of a token as it stands: limits, period, and what was spent up to now. Nil where it made no call yet.
    public func quota(of payer: Payer) -> TokenQuota? {
        shards[shard(of: payer.groupID)].ledger.withLock { $0.quota(ofToken: payer.tokenID) }
    }

    /// Requests and tokens of a group on a subject in the minute before `now` (milliseconds since 1970).
    public func rates(group: String, subject: String, now: Int64) -> (requests: Int64, tokens: Int64) {
        shards[shard(of: group)].ledger.withLock {
            guard let window = $0.window(group: group, subject: subject, now: now) else { return (0, 0) }
            return (window.requests, window.tokens)
        }
    }

    /// Forgets a token that was deleted.
    ///
    /// - Returns: false where it has calls in flight and is kept until they end and this is asked again.
    @discardableResult
    public func forget(tokenID: Int64, group: String) -> Bool {
        shards[shard(of: group)].ledger.withLock { $0.forget(tokenID: tokenID) }
    }
}

extension Usage {
    /// All tokens: the total as told, or input and output where there is none.
    public var totalTokens: Int64 { total > 0 ? total : max(input, 0).addingSaturated(max(output, 0)) }
}
