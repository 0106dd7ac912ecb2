import Ledger
import Synchronization
import Wire

/// Small numbers that come in the same order each time (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

extension Money {
    /// Whole billionths, for tables.
    init(_ nanos: Int64) { self.init(nanos: nanos) }
}

extension Price {
    /// A price from JSON text.
    init(_ text: String) throws { try self.init(json: JSON.parse(text).objectValue ?? JSONObject()) }
}

/// Calls of one group's token, with ids and times that the test chooses.
struct Calls {
    private var ids: RequestIDGenerator
    var payer = Payer(groupID: "acme", tokenID: 7, tokenName: "ci", isInternal: false, quota: TokenQuota())
    var limits = RateLimits.unlimited

    init(seed: UInt64 = 1) {
        var generator = SeededGenerator(seed: seed)
        ids = RequestIDGenerator(using: &generator)
    }

    mutating func opening(
        estimate: Int64 = 0, tokens: Int64 = 0, at now: Int64 = Self.noon, subject: String = "gpt-5"
    ) -> CallOpening {
        CallOpening(
            requestID: ids.next(nowMilliseconds: now), payer: payer, subject: subject, limits: limits, estimate: Money(estimate),
            estimatedTokens: tokens, now: now)
    }

    /// 2026-03-20 12:00:00 UTC, a Friday.
    static let noon: Int64 = 1_774_008_000_000
}

extension Ledger {
    /// Admits a call and settles it at once.
    mutating func spend(_ cost: Int64, _ opening: CallOpening) throws(Refusal) {
        _ = try reserve(opening)
        _ = settle(requestID: opening.requestID, cost: Money(cost), tokens: 0, now: opening.now)
    }
}

/// Keeps what is appended; full after `capacity` records.
final class RememberingJournal: CallJournal {
    private let records = Mutex<[CallRecord]>([])
    private let capacity: Mutex<Int>
    private let claimsRoom: Bool

    /// - Parameter claimsRoom: whether it says that it has room even when it is full.
    init(capacity: Int = .max, claimsRoom: Bool = false) {
        self.capacity = Mutex(capacity)
        self.claimsRoom = claimsRoom
    }

    var all: [CallRecord] { records.withLock { $0 } }

    func append(_ record: CallRecord, lane: Int) -> Bool {
        let capacity = capacity.withLock { $0 }
        return records.withLock { records in
            guard records.count < capacity else { return false }
            records.append(record)
            return true
        }
    }

    func hasRoom(lane: Int) -> Bool {
        let capacity = capacity.withLock { $0 }
        return claimsRoom || records.withLock { $0.count < capacity }
    }
}

extension CallRecord {
    /// The record of a call that a payer made.
    init(of opening: CallOpening, code: Int64 = 200) {
        self.init(
            requestID: opening.requestID, requestAt: opening.now, createdAt: 0, groupID: opening.payer.groupID,
            tokenID: opening.payer.tokenID, tokenName: opening.payer.tokenName, model: opening.subject, code: code,
            mode: .chatCompletions, endpoint: "/v1/chat/completions")
    }
}
