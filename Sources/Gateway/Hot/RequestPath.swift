/// A request's target split at the question mark. Matched by its raw bytes: no decoding, no folding of slashes, so that no other
/// spelling of a path gets past what guards it.
struct RequestPath {
    let path: Substring
    let query: Substring?

    init(_ target: String) {
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            self.path = target[..<mark]
            self.query = target[target.index(after: mark)...]
        } else {
            self.path = target[...]
            self.query = nil
        }
    }

    /// Whether the path is `prefix` or lies below it.
    func isUnder(_ prefix: String) -> Bool {
        self.path.utf8.starts(with: prefix.utf8)
            && (self.path.utf8.count == prefix.utf8.count
                || self.path.utf8[self.path.utf8.index(self.path.utf8.startIndex, offsetBy: prefix.utf8.count)]
                    == UInt8(ascii: "/"))
    }

    /// What follows `prefix`, where the path begins with it and goes on.
    func rest(after prefix: String) -> Substring? {
        guard self.path.utf8.starts(with: prefix.utf8) else { return nil }
        let rest = self.path.utf8.dropFirst(prefix.utf8.count)
        return rest.isEmpty ? nil : Substring(rest)
    }
}
