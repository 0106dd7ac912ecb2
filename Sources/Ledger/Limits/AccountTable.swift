/// The accounts of tokens, found by the token's id once for each call and by slot from then on.
struct AccountTable: Sendable {
    private var slots: [Int64: Int] = [:]
    private var accounts: [Account] = []
    private var free: [Int] = []

    /// The slot of a token's account, which is made at its first sight from what the directory knows and brought up to date
    /// with that from then on.
    mutating func slot(ofToken id: Int64, quota: TokenQuota, at now: Int64) -> Int {
        if let slot = slots[id] {
            accounts[slot].adopt(quota, at: now)
            return slot
        }
        let slot = free.popLast() ?? accounts.count
        if slot == accounts.count { accounts.append(Account(quota)) } else { accounts[slot] = Account(quota) }
        slots[id] = slot
        return slot
    }

    /// A token's account, if there is one.
    subscript(token id: Int64) -> Account? { slots[id].map { accounts[$0] } }

    subscript(slot: Int) -> Account {
        _read { yield accounts[slot] }
        _modify { yield &accounts[slot] }
    }

    /// Takes a charge back from a token's account, if there still is one.
    mutating func takeBack(_ cost: Money, token id: Int64) {
        if let slot = slots[id] { accounts[slot].takeBack(cost) }
    }

    /// Forgets a token's account unless calls of it are in flight; returns whether there is none any more.
    mutating func remove(token id: Int64) -> Bool {
        guard let slot = slots[id] else { return true }
        guard accounts[slot].callsInFlight == 0 else { return false }
        slots[id] = nil
        free.append(slot)
        return true
    }
}
