internal import Wire

/// Shows a secret so that its owner recognises it and nobody else learns it.
///
/// Programs read an object, change a member and send the whole back: a secret that comes back as its own mask therefore stays what it was.
enum SecretMask {
    private static let stars = "********"

    /// Eight stars, between the first and last four characters where enough remain hidden.
    static func mask(_ text: String) -> String {
        if text.isEmpty { return "" }
        guard text.utf8.count >= 20 else { return stars }
        return text.prefix(4) + stars + text.suffix(4)
    }

    /// What to store: the stored secret where `given` is its mask, else `given`.
    static func restore(_ given: String, stored: String) -> String { given == mask(stored) ? stored : given }

    /// Every text below the value masked.
    static func mask(_ value: JSON) -> JSON {
        switch value {
        case .string(let text): .string(mask(text))
        case .array(let elements): .array(elements.map(mask))
        case .object(let members): .object(JSONObject(members.map { ($0.name, mask($0.value)) }))
        default: value
        }
    }

    /// The texts below `given` that are the masks of those at the same place of `stored`, replaced by them.
    static func restore(_ given: JSON, stored: JSON?) -> JSON {
        switch (given, stored) {
        case (.string(let given), .string(let stored)): .string(restore(given, stored: stored))
        case (.array(let given), .array(let stored)) where given.count == stored.count:
            .array(zip(given, stored).map { restore($0, stored: $1) })
        case (.object(let given), .object(let stored)):
            .object(JSONObject(given.map { ($0.name, restore($0.value, stored: stored[$0.name])) }))
        default: given
        }
    }

    /// What is expected in place of a mask that stands for nothing.
    static let strayForm = "the secret itself: nothing is stored here that this mask stands for"

    /// Whether the text looks like a mask without being that of what is stored at its place.
    static func isStray(_ given: String, stored: String?) -> Bool {
        let looksLikeOne = given == stars || (given.count == 16 && given.dropFirst(4).dropLast(4) == stars)
        return looksLikeOne && stored.map(mask) != given
    }

    /// The place of a stray mask below `given`, the first; nil where there is none. `given` is as deep as bodies may be.
    static func placeOfStrayMask(in given: JSON, stored: JSON?, at place: String) -> String? {
        switch given {
        case .string(let text): return isStray(text, stored: stored?.stringValue) ? place : nil
        case .array(let elements):
            // As `restore`: elements of lists that differ in length do not stand for each other.
            let stored = stored?.arrayValue.flatMap { $0.count == elements.count ? $0 : nil }
            for (index, element) in elements.enumerated() {
                if let found = placeOfStrayMask(in: element, stored: stored?[index], at: "\(place)[\(index)]") { return found }
            }
        case .object(let members):
            for (name, value) in members {
                let place = "\(place).\(name.prefix(128))"
                if let found = placeOfStrayMask(in: value, stored: stored?[name], at: place) { return found }
            }
        default: break
        }
        return nil
    }

    /// The members masked whose names say that they hold a credential.
    static func maskCredentials(_ object: JSONObject) -> JSONObject {
        JSONObject(object.map { ($0.name, isCredential($0.name) ? mask($0.value) : $0.value) })
    }

    private static func isCredential(_ name: String) -> Bool {
        let name = name.lowercased()
        return ["key", "secret", "token", "password", "authorization", "credential"].contains { name.hasSuffix($0) }
    }

    /// A URL with its user and password masked.
    static func maskURL(_ text: String) -> String {
        guard let scheme = text.firstRange(of: "://") else { return text }
        let authority = text[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return text }
        return text[..<scheme.upperBound] + stars + text[at...]
    }

    /// What to store for a URL: the stored one where `given` is its mask.
    static func restoreURL(_ given: String, stored: String) -> String { given == maskURL(stored) ? stored : given }
}
