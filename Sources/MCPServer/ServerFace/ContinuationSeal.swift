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

    /// What is kept between two rounds.
    struct State: Sendable {
        /// The id of the call's chain: a repeated call is charged and counted under it, once.
        let chain: String
        /// How many rounds of questions there were.
        let round: Int
        /// The service's own state.
        let continuation: Continuation?
    }

    func seal(_ state: State, for call: CallBinding) -> String {
        var plaintext: JSONObject = ["chain": .string(state.chain), "round": .integer(state.round)]
        if let continuation = state.continuation { plaintext["state"] = .string(continuation.text) }
        let expiry = clock.nowMilliseconds() + Int64(lifetime.components.seconds) * 1000
        return tokens.seal(JSON.object(plaintext).serializedBytes(), purpose: call.purpose, expiresAt: expiry)
    }

    /// nil where the text was not sealed for this call, or too long ago.
    func open(_ text: String, for call: CallBinding) -> State? {
        guard let bytes = try? tokens.open(text, purpose: call.purpose, now: clock.nowMilliseconds()),
            let plaintext = try? JSON.parse(bytes), let chain = plaintext["chain"]?.stringValue,
            let round = plaintext["round"]?.intValue
        else { return nil }
        return State(chain: chain, round: round, continuation: plaintext["state"]?.stringValue.map(Continuation.init))
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
    fileprivate var canonical: JSON {
        switch self {
        case .array(let elements): return .array(elements.map(\.canonical))
        case .object(let object):
            let members = object.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            return .object(JSONObject(members.map { ($0.name, $0.value.canonical) }))
        case .null, .bool, .number, .string: return self
        }
    }
}
