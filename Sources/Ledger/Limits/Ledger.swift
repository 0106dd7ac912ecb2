public import Wire

/// Who may spend what, and what was spent: admits calls by their limits, holds their estimates, and charges them once.
///
/// A value without a clock, a lock or a database; `Meter` is where it meets the world. Every time is given, in milliseconds
/// since 1970.
public struct Ledger: Sendable {
    /// What settling a call did.
    public enum Settlement: Sendable, Hashable {
        /// It was charged now.
        case settled
        /// It was charged before; nothing changed.
        case alreadySettled
        /// No such call is in flight: it was released, or never admitted. Nothing changed.
        case unknown
    }

    private struct Reservation {
        let account: Int
        let window: Int
        let estimate: Money
        let estimatedTokens: Int64
    }

    private let enforcesQuotas: Bool
    private var accounts = AccountTable()
    private var windows = WindowTable()
    private var reservations: [RequestID: Reservation] = [:]
    private var settled: RecentIDs

    /// A ledger that knows of nothing yet.
    ///
    /// - Parameters:
    ///   - enforcesQuotas: false = what is spent is counted, but never a reason to refuse. Rate limits hold all the same.
    ///   - rememberedSettlements: of how many settled calls the ids are kept, so that settling one again is recognised. (An id
    ///     that was forgotten is unknown, which charges nothing either.)
    public init(enforcesQuotas: Bool = true, rememberedSettlements: Int = 4096) {
        self.enforcesQuotas = enforcesQuotas
        settled = RecentIDs(capacity: rememberedSettlements)
    }

    /// Admits a call: counts its request, and reserves its estimate of money and tokens until it is settled or released.
    ///
    /// Money first (what is spent is not mended by waiting), then requests, then tokens. A refused call changes nothing. The
    /// internal payer is counted, and never refused. An id that is in flight already is not counted twice.
    ///
    /// - Returns: the rate windows just after this call was counted.
    public mutating func reserve(_ opening: CallOpening) throws(Refusal) -> RateStatus {
        let payer = opening.payer
        let window = windows.slot(group: payer.groupID, subject: opening.subject, at: opening.now)
        guard reservations[opening.requestID] == nil else { return windows[window].status(of: opening.limits) }
        let account = accounts.slot(ofToken: payer.tokenID, quota: payer.quota, at: opening.now)
        let estimate = max(opening.estimate, .zero)
        if enforcesQuotas, !payer.isInternal, let refusal = accounts[account].refusal(of: estimate, at: opening.now) {
            throw refusal
        }
        try windows[window].admit(
            estimatedTokens: opening.estimatedTokens, limits: opening.limits, isExempt: payer.isInternal, at: opening.now)
        accounts[account].reserve(estimate)
        reservations[opening.requestID] = Reservation(
            account: account, window: window, estimate: estimate, estimatedTokens: opening.estimatedTokens)
        return windows[window].status(of: opening.limits)
    }

    /// Charges a call in flight with what it cost and used, in place of what was reserved. Costs below zero count as zero.
    public mutating func settle(requestID: RequestID, cost: Money, tokens: Int64, now: Int64) -> Settlement {
        guard let reservation = reservations.removeValue(forKey: requestID) else {
            return settled.contains(requestID) ? .alreadySettled : .unknown
        }
        accounts[reservation.account].release(reservation.estimate)
        accounts[reservation.account].charge(max(cost, .zero), at: now)
        windows[reservation.window].settle(estimatedTokens: reservation.estimatedTokens, tokens: tokens, at: now)
        settled.append(requestID)
        return .settled
    }

    /// Gives back what a call reserved that cost nothing. Its request stays counted. Does nothing for a call not in flight.
    public mutating func release(requestID: RequestID) {
        guard let reservation = reservations.removeValue(forKey: requestID) else { return }
        accounts[reservation.account].release(reservation.estimate)
        windows[reservation.window].release(estimatedTokens: reservation.estimatedTokens)
    }

    /// Takes back the charge of a call whose record could not be written, so that memory and database agree.
    mutating func takeBack(_ cost: Money, tokenID: Int64) { accounts.takeBack(max(cost, .zero), token: tokenID) }
}

extension Ledger {
    /// The quota of a token as it stands: limits, period, and what was spent up to now. Nil where it made no call yet.
    public func quota(ofToken id: Int64) -> TokenQuota? { accounts[token: id]?.quota }

    /// What calls in flight have reserved of a token's money.
    public func reserved(ofToken id: Int64) -> Money { accounts[token: id]?.reserved ?? .zero }

    /// The window of a group on a subject at a time; nil where none is kept.
    public func window(group: String, subject: String, now: Int64) -> RateWindow? {
        guard var window = windows.window(group: group, subject: subject) else { return nil }
        window.advance(to: now)
        return window
    }

    /// Forgets a token that no longer exists; one with calls in flight is kept.
    ///
    /// - Returns: whether it is forgotten.
    @discardableResult
    public mutating func forget(tokenID: Int64) -> Bool { accounts.remove(token: tokenID) }

    /// How many calls are in flight, and how many windows and ids of settled calls are kept.
    var sizes: (reservations: Int, windows: Int, settledIDs: Int) { (reservations.count, windows.count, settled.count) }
}
