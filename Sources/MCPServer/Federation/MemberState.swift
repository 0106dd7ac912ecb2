import Wire

/// What travels with a member's questions: whose they are, so that the repeated call goes to the same member, and its state.
struct MemberState: Sendable, Hashable {
    /// The member's id.
    let member: String
    /// What was called, in the member's own terms: a URI that has meanwhile become another's still means the same.
    let target: String
    /// What the member gave; nil where it gave nothing.
    let state: Continuation?

    init(member: String, target: String, state: Continuation?) {
        self.member = member
        self.target = target
        self.state = state
    }

    /// nil where the text was not made here.
    init?(_ continuation: Continuation) {
        guard let parts = try? JSON.parse(continuation.text).arrayValue, parts.count == 3,
            let member = parts[0].stringValue, let target = parts[1].stringValue
        else { return nil }
        self.member = member
        self.target = target
        state = parts[2].stringValue.map(Continuation.init)
    }

    var continuation: Continuation {
        let parts: JSON = [.string(member), .string(target), state.map { .string($0.text) } ?? .null]
        return Continuation(parts.serialized())
    }
}
