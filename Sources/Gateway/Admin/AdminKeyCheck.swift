internal import HTTPTypes
internal import Wire

/// Lets a request in that has the admin key.
struct AdminKeyCheck: Sendable {
    /// nil = none is set: nothing gets in.
    let key: String?

    /// - Parameters:
    ///   - authorization: `<key>` or `Bearer <key>`.
    ///   - query: may have the key in `key`, for programs that can't set a header.
    func check(_ authorization: String?, _ query: QueryParameters) throws(AdminFailure) {
        guard let key else {
            throw AdminFailure(.unauthorized, "no admin key is configured: set ADMIN_KEY")
        }
        guard var given = authorization.flatMap({ $0.isEmpty ? nil : $0 }) ?? query.text("key") else {
            throw AdminFailure(.unauthorized, "Authorization: expected the admin key")
        }
        if given.prefix(7).lowercased() == "bearer " { given = given.dropFirst(7).trimmingSpaces() }
        // Both comparisons always run, so that time tells nothing of either.
        let isWhole = ConstantTime.equal(given, key)
        let isPrefixed = ConstantTime.equal(given, "sk-" + key)
        guard isWhole || isPrefixed else { throw AdminFailure(.unauthorized, "Authorization: this is not the admin key") }
    }
}
