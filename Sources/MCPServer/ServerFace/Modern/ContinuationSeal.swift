public import Wire

/// Seals what a call needs to go on into the `requestState` that travels through a modern client.
///
/// A state opens only for the same endpoint, principal, method, target and arguments as it was sealed for, and only for
/// some minutes. So it can't be carried over to another call, and any node with the keys can take the repeated call.
public struct ContinuationSeal: Sendable {
    private let tokens: SealedTokens
    private let clock: WallClock
    private let lifetime: Duration

    /// A seal with those keys.
    ///
    /// - Parameter lifetime: how long the client may take to answer.
    public init(tokens: SealedTokens, clock: WallClock = .system, lifetime: Duration = .seconds(900)) {
        self.tokens = tokens
        self.clock = clock
        self.lifetime = lifetime
    }

    /// What is kept between two rounds of a call that nothing waits for: any node can take it up.
    struct State: Sendable {
        /// The id of the call's chain: a repeated call is charged and counted under it, once.
        let chain: String
        /// How many rounds of questions there were.
        let round: Int
        /// The service's own state.
        let continuation: Continuation?
        /// What the call waits for besides answers to its service: pages that the user must visit first.
        var visit: URLVisit?
    }

    /// What a `requestState` says.
    enum Content: Sendable {
        /// Go on with that.
        case continuation(State)
        /// Go on with the call that waits under this ticket.
        case parked(ParkingTicket)

        /// The id of the call's chain.
        var chain: String {
            switch self {
            case .continuation(let state): state.chain
            case .parked(let ticket): ticket.chain
            }
        }

        /// How many rounds of questions there were.
        var round: Int {
            switch self {
            case .continuation(let state): state.round
            case .parked(let ticket): ticket.round
            }
        }
    }

    /// - Parameter lifetime: how long the client may take, where that is not the seal's own.
    func seal(_ content: Content, for call: CallBinding, lifetime: Duration? = nil) -> String {
        var plaintext: JSONObject = ["chain": .string(content.chain), "round": .integer(content.round)]
        switch content {
        case .continuation(let state):
            if let continuation = state.continuation { plaintext["state"] = .string(continuation.text) }
            if let visit = state.visit { plaintext["visit"] = .object(visit.json) }
        case .parked(let ticket):
            plaintext["node"] = .string(ticket.node)
            plaintext["call"] = .string(ticket.call)
            plaintext["ticket"] = .integer(ticket.number)
        }
        let expiry = clock.nowMilliseconds() + Int64((lifetime ?? self.lifetime).components.seconds) * 1000
        return tokens.seal(JSON.object(plaintext).serializedBytes(), purpose: call.purpose, expiresAt: expiry)
    }

    /// nil where the text was not sealed for this call, or too long ago.
    func open(_ text: String, for call: CallBinding) -> Content? {
        guard let bytes = try? tokens.open(text, purpose: call.purpose, now: clock.nowMilliseconds()),
            let plaintext = try? JSON.parse(bytes), let chain = plaintext["chain"]?.stringValue,
            let round = plaintext["round"]?.intValue
        else { return nil }
        if let node = plaintext["node"]?.stringValue {
            guard let id = plaintext["call"]?.stringValue, let number = plaintext["ticket"]?.intValue else { return nil }
            return .parked(ParkingTicket(node: node, call: id, number: number, round: round, chain: chain))
        }
        return .continuation(
            State(
                chain: chain, round: round, continuation: plaintext["state"]?.stringValue.map(Continuation.init),
                visit: plaintext["visit"]?.objectValue.flatMap { URLVisit($0) }))
    }
}

/// What a state is bound to. Not among it: `_meta`, the answers, the id of the request.
struct CallBinding: Sendable {
    let operation: Operation
    let method: String
    let endpoint: String
    let principal: Principal

    /// What the seal's key is derived for. Made only where something is sealed or opened.
    fileprivate var purpose: String {
        // As a JSON array, so that no two lists of parts are written alike.
        let parts: JSON = [
            "mcp continuation", .string(endpoint), .string(principal.id), .string(method),
            .string(operation.target ?? ""), operation.params["arguments"].map(\.canonical) ?? .null,
        ]
        return parts.serialized()
    }
}

extension JSON {
    /// The value with the members of its objects in the order of their names: clients may write them in another order
    /// when they repeat a call.
    var canonical: JSON {
        switch self {
        case .array(let elements): return .array(elements.map(\.canonical))
        case .object(let object):
            let members = object.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            return .object(JSONObject(members.map { ($0.name, $0.value.canonical) }))
        case .null, .bool, .number, .string: return self
        }
    }
}
