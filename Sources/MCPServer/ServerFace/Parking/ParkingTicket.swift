/// With what a client comes back to a parked call. It travels sealed, in `requestState`.
struct ParkingTicket: Sendable, Hashable {
    /// The node that holds the call.
    let node: String
    /// The call's id at that node.
    let call: String
    /// Which of the call's tickets; only the newest is good.
    let number: Int
    /// How many rounds of questions there were.
    let round: Int
    /// The id of the call's chain.
    let chain: String
}
