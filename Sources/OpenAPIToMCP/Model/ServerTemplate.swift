/// A server's URL with `{variables}` (OpenAPI 3.1 §4.8.5).
enum ServerTemplate {
    /// The URL with the value of each variable that has one. What a value has in braces is no variable.
    static func filled(_ url: String, _ value: (String) -> String?) -> String {
        var text = ""
        var rest = url[...]
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: start)..<end])
            text += rest[..<start]
            text += value(name) ?? String(rest[start...end])
            rest = rest[rest.index(after: end)...]
        }
        return text + rest
    }

    /// Whether a value in the place of a variable makes another host of what the template has written around it: one within the authority
    /// (RFC 3986 §3.2) must not end it, nor make user information of what is before it. At the end of the authority, a value may begin the path.
    static func changesHost(_ url: String, variable: String, value: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard authority.contains("{\(variable)}") else { return false }
        if value.utf8.contains(where: { Array("@?#\\".utf8).contains($0) || $0 <= 0x20 || $0 >= 0x7F }) { return true }
        guard let slash = value.firstIndex(of: "/") else { return false }
        return !authority.hasSuffix("{\(variable)}") || slash != value.startIndex && authority != "{\(variable)}"
    }
}
