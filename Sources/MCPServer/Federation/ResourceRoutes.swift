/// Whose a URI is, by what the members' lists say. A value made for one question.
struct ResourceRoutes: Sendable {
    /// What is known of one member.
    struct Part: Sendable {
        /// Whether all that it issues has its prefix, so that a URI without is more likely another's.
        let isPrefixed: Bool
        /// Its resources; nil: not known.
        let resources: MemberListing?
        /// Its templates; nil: not known.
        let templates: MemberListing?

        var isKnown: Bool { resources != nil && templates != nil }

        var schemes: Set<String> { (resources?.schemes ?? []).union(templates?.schemes ?? []) }
    }

    let parts: [Part]

    /// The member that lists exactly this URI, or this template.
    func owner(_ uri: String) -> Int? {
        let key = ExactKey(uri)
        let owners = parts.indices.filter {
            parts[$0].resources?.keys.contains(key) == true || parts[$0].templates?.keys.contains(key) == true
        }
        // What never gets a prefix is shared, and the first's.
        if IssuedPrefix.mayNotPrecede(uri) { return owners.first }
        return owners.first { !parts[$0].isPrefixed } ?? owners.first
    }

    /// The member with the template that says most about this URI; of several that say the same, the first.
    func templateOwner(_ uri: String) -> Int? {
        var best: (member: Int, literalBytes: Int)?
        let mayBePrefixed = IssuedPrefix.mayNotPrecede(uri)
        for (member, part) in parts.enumerated() where mayBePrefixed || !part.isPrefixed {
            for pattern in part.templates?.patterns ?? [] {
                guard pattern.literalBytes > best?.literalBytes ?? -1, pattern.matches(uri) else { continue }
                best = (member, pattern.literalBytes)
            }
        }
        return best?.member
    }

    /// The only member with URIs of this scheme; the only member at all, where there is one.
    func schemeOwner(_ uri: String) -> Int? {
        if parts.count == 1 { return 0 }
        guard let scheme = URIScheme.of(uri) else { return nil }
        let owners = parts.indices.filter { parts[$0].schemes.contains(scheme) }
        return owners.count == 1 ? owners[0] : nil
    }

    /// The member, by the first rule that finds one. It is never sought by asking one after the other.
    func route(_ uri: String, learnt: Int?) -> Int? { owner(uri) ?? templateOwner(uri) ?? learnt ?? schemeOwner(uri) }
}
