import Wire

/// The resources of one member that somebody watches: what each is called there, and by the client.
struct MemberSubscriptions: Sendable {
    private(set) var exposed: [ExactKey: String] = [:]
    /// The member's own URIs, in the order in which they were added.
    private(set) var own: [String] = []

    mutating func add(own uri: String, exposed name: String) {
        if exposed.updateValue(name, forKey: ExactKey(uri)) == nil { own.append(uri) }
    }

    /// What the client calls a URI of which this member says that it changed: one that it subscribed to, or a part of one (then by
    /// the longest that it begins with).
    /// - Returns: nil where it is a part of none.
    func exposedURI(_ uri: String) -> String? {
        if let exact = exposed[ExactKey(uri)] { return exact }
        guard let whole = own.filter({ uri.utf8.starts(with: $0.utf8) }).max(by: { $0.utf8.count < $1.utf8.count }),
            let name = exposed[ExactKey(whole)]
        else { return nil }
        return name + String(decoding: uri.utf8.dropFirst(whole.utf8.count), as: UTF8.self)
    }
}
