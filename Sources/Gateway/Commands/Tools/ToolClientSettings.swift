/// What a command that uses the tools of one key was told: at which gateway, with which key, and which server's.
struct ToolClientSettings: Equatable, Sendable {
    /// Where a gateway on the same machine listens, as it comes.
    static let standardURL = "http://127.0.0.1:3000"

    /// The id of a server; nil = all that the key may use.
    let server: String?
    /// The gateway's address without a slash at its end.
    let url: String
    /// Whether somebody gave the address, rather than that it is the usual one.
    let isURLGiven: Bool
    /// The key. Never logged, and never in a message.
    let key: String

    /// Options come before the variables `PORTICO_URL`, `PORTICO_KEY` and `PORTICO_KEY_FILE`.
    ///
    /// - Parameter folder: where a file with a relative path is looked for; "" = where the process runs.
    /// - Throws: the first mistake found.
    init(
        server: String?, url: String?, key: String?, environment: [String: String], folder: String = ""
    ) throws(ConfigurationError) {
        if let server, !isServerIdentifier(server) {
            throw ConfigurationError(
                place: "--server", value: server, expectation: "an id of 1 to 64 letters, digits, - or _")
        }
        self.server = server
        (self.url, self.isURLGiven) = try Self.url(url, environment)
        guard let key = try Self.key(key, environment, folder: folder) else {
            throw ConfigurationError(
                place: "PORTICO_KEY", value: nil,
                expectation: "no key is given: set this variable, or PORTICO_KEY_FILE, or use --key")
        }
        self.key = key
    }

    /// The address that was given, or else the usual one.
    /// - Throws: where it is no address of a gateway.
    static func url(
        _ option: String?, _ environment: [String: String]
    ) throws(ConfigurationError) -> (url: String, isGiven: Bool) {
        let place = option == nil ? "PORTICO_URL" : "--url"
        guard var url = option ?? environment["PORTICO_URL"].flatMap({ $0.isEmpty ? nil : $0 }) else {
            return (Self.standardURL, false)
        }
        while url.hasSuffix("/") { url.removeLast() }
        let scheme = ["http://", "https://"].first { url.lowercased().hasPrefix($0) }
        let rest = scheme.map { url.dropFirst($0.count) } ?? ""
        // What stands before an @ may be a password, so that nothing of such a value is shown.
        guard !rest.utf8.contains(UInt8(ascii: "@")) else {
            throw ConfigurationError(place: place, value: nil, expectation: "the address must not hold a name or password")
        }
        let isPlain = rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        guard let first = rest.utf8.first, first != UInt8(ascii: "/"), isPlain else {
            throw ConfigurationError(
                place: place, value: url, expectation: "an address such as http://127.0.0.1:3000, without a query")
        }
        return (url, true)
    }

    /// The key that was given; nil where none was.
    /// - Throws: where it can't be one.
    static func key(
        _ option: String?, _ environment: [String: String], folder: String = ""
    ) throws(ConfigurationError) -> String? {
        let given: (text: String, place: String)
        if let option {
            given = (option, "--key")
        } else if let text = environment["PORTICO_KEY"], !text.isEmpty {
            given = (text, "PORTICO_KEY")
        } else if let file = environment["PORTICO_KEY_FILE"], !file.isEmpty {
            given = (try Configuration.secret(inFile: file, folder: folder, place: "PORTICO_KEY_FILE"), "PORTICO_KEY_FILE")
        } else {
            return nil
        }
        let key = given.text.trimmingSpaces()
        // It goes into a header as it is.
        guard !key.isEmpty, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw ConfigurationError(place: given.place, value: nil, expectation: "the value (not shown) is not a key")
        }
        return key
    }
}
