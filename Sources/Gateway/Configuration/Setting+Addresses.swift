internal import Storage

extension Setting {
    /// `SQL_DSN` and its like. An unknown scheme is a mistake: taken for a file name it would start the server on an empty database.
    static func database(
        _ variable: String, key: String, _ place: any Place<StoreConfiguration.Location?>, default defaultText: String,
        _ summary: String
    ) -> Setting {
        Setting(
            [variable], key: key, form: "postgres://user:password@host:port/database or sqlite:path", default: defaultText,
            secret: true, summary
        ) { value, configuration in
            guard let text = value.single?.trimmingSpaces() else { return false }
            let schemes = ["postgres://", "postgresql://", "sqlite://", "sqlite:"]
            guard let scheme = schemes.first(where: text.hasPrefix), text.utf8.count > scheme.utf8.count else { return false }
            let isFile = scheme.hasPrefix("sqlite")
            configuration[keyPath: place] = isFile ? .sqlite(path: String(text.dropFirst(scheme.count))) : .postgresql(url: text)
            return true
        }
    }

    static func origins(_ variable: String, key: String, _ place: any Place<[String]>, _ summary: String) -> Setting {
        list(
            variable, key: key, place, form: "a list of origins such as https://example.com, or *",
            default: Configuration()[keyPath: place].joined(separator: ","), summary, where: isOrigin)
    }

    static func hosts(_ variable: String, key: String, _ place: any Place<[String]>, _ summary: String) -> Setting {
        list(
            variable, key: key, place, form: "a list of host names such as gateway.example.com or gateway.example.com:8443",
            default: "", summary, where: isHost)
    }
}

/// Whether the text is an origin as browsers send it (RFC 6454 section 6.2), or `*`.
func isOrigin(_ text: String) -> Bool {
    if text == "*" { return true }
    for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { return isHost(String(text.dropFirst(scheme.count))) }
    return false
}

/// Whether the text is a host with or without a port, as `Host` carries it.
func isHost(_ text: String) -> Bool {
    guard !text.isEmpty, text.utf8.count <= 260 else { return false }
    if text.first == "[" { return ListenAddress(text) != nil || ListenAddress(text + ":0") != nil }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty, name.utf8.allSatisfy(\.isHostCharacter) else { return false }
    return parts.count == 1 || parts.count == 2 && UInt16(parts[1]) != nil
}
