internal import Directory
internal import NIOHTTP1
internal import Wire

/// The key that a request carries.
enum Credential {
    /// Looks in `Authorization` (with or without `Bearer`), `X-Api-Key` and `x-goog-api-key`, and where `query` is given in its `key`;
    /// the prefix `sk-`, which some clients insist on, doesn't count.
    static func key(in headers: HTTPHeaders, query: Substring?) -> Substring? {
        for name in ["authorization", "x-api-key", "x-goog-api-key"] {
            guard let value = headers.first(name: name) else { continue }
            let key = self.strip(value[...])
            if !key.isEmpty { return key }
        }
        guard let query else { return nil }
        for pair in query.split(separator: "&") where pair.hasPrefix("key=") {
            let key = self.strip(pair.dropFirst(4))
            if !key.isEmpty { return key }
        }
        return nil
    }

    /// The key without `Bearer` and `sk-`.
    static func strip(_ value: Substring) -> Substring {
        // By bytes: this runs for every request, and characters cost a hundred times as much.
        let space = UInt8(ascii: " ")
        var key = value.utf8.drop { $0 == space }
        // Setting the sixth bit makes capital letters small and leaves the blank as it is.
        if key.prefix(7).elementsEqual("bearer ".utf8, by: { $0 | 0x20 == $1 }) { key = key.dropFirst(7).drop { $0 == space } }
        while key.last == space { key.removeLast() }
        return Substring(key.starts(with: "sk-".utf8) ? key.dropFirst(3) : key)
    }
}
