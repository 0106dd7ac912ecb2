/// On whose behalf a call is made.
///
/// Sessions, tickets and cursors belong to a principal: what one was given is unknown to every other.
public struct Principal: Sendable, Hashable {
    /// What tells this principal from all others: the authorization (a token), not just the tenant.
    public let id: String
    /// The tenant that is charged, where there is one.
    public let group: String?

    /// A principal of that identity. `id` is no secret: it is a key of the directory, not the token's text.
    public init(id: String, group: String? = nil) {
        self.id = id
        self.group = group
    }
}
