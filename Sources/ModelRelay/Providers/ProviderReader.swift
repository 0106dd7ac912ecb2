internal import Wire

/// Reads one mapping of a provider's file with its types. A member that isn't known is refused: one that is misspelt would otherwise be
/// one that isn't there.
struct ProviderReader {
    private let object: JSONObject
    private let file: String
    /// What stands before a member's name in a message.
    private let place: String

    init(_ object: JSONObject, file: String, place: String = "", members: Set<String>) throws(ProviderError) {
        self.object = object
        self.file = file
        self.place = place
        for name in object.names where !members.contains(name) {
            throw ProviderError(file, "`\(place)\(name)` is not a member of a provider")
        }
    }

    func wrong(_ name: String, _ expected: String) -> ProviderError {
        ProviderError(self.file, "`\(self.place)\(name)` must be \(expected)")
    }

    func required<Value>(_ name: String, _ value: Value?) throws(ProviderError) -> Value {
        guard let value else { throw self.wrong(name, "there") }
        return value
    }

    func text(_ name: String) throws(ProviderError) -> String? { try self.read(name, "a string", \.stringValue) }
    func boolean(_ name: String) throws(ProviderError) -> Bool? { try self.read(name, "true or false", \.boolValue) }
    func object(_ name: String) throws(ProviderError) -> JSONObject? { try self.read(name, "a mapping", \.objectValue) }
    func list(_ name: String) throws(ProviderError) -> [JSON] { try self.read(name, "a list", \.arrayValue) ?? [] }

    func strings(_ name: String) throws(ProviderError) -> [String]? {
        guard let list = try self.read(name, "a list of strings", \.arrayValue) else { return nil }
        let texts = list.compactMap(\.stringValue)
        guard texts.count == list.count else { throw self.wrong(name, "a list of strings") }
        return texts
    }

    func texts(_ name: String) throws(ProviderError) -> [String: String] {
        var texts: [String: String] = [:]
        for (key, value) in try self.object(name) ?? JSONObject() {
            guard let text = value.stringValue else { throw self.wrong(name, "a mapping of strings") }
            texts[key] = text
        }
        return texts
    }

    func path(_ name: String) throws(ProviderError) -> String? {
        guard let path = try self.text(name) else { return nil }
        guard path.isEmpty || Self.isPath(path) else { throw self.wrong(name, "a path that begins with /") }
        return path
    }

    func paths(_ name: String) throws(ProviderError) -> [(format: WireFormat, path: String)] {
        var paths: [(format: WireFormat, path: String)] = []
        for (key, path) in try self.object(name) ?? JSONObject() {
            guard let format = WireFormat(rawValue: key), let path = path.stringValue, Self.isPath(path) else {
                throw self.wrong(name, "known wire formats with paths that begin with /")
            }
            paths.append((format, path))
        }
        return paths
    }

    func byFormat(_ name: String) throws(ProviderError) -> [(format: WireFormat, value: JSON)] {
        var values: [(format: WireFormat, value: JSON)] = []
        for (key, value) in try self.object(name) ?? JSONObject() {
            guard let format = WireFormat(rawValue: key) else { throw self.wrong("\(name).\(key)", "a known wire format") }
            values.append((format, value))
        }
        return values
    }

    func headers() throws(ProviderError) -> [Provider.Header] {
        var headers: [Provider.Header] = []
        for (name, value) in try self.texts("headers").sorted(by: { $0.key < $1.key }) {
            guard Self.isToken(name), value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                throw self.wrong("headers", "names and values of headers")
            }
            headers.append(Provider.Header(name: name, value: value))
        }
        return headers
    }

    func authentication(_ name: String) throws(ProviderError) -> Provider.Authentication? {
        guard let text = try self.text(name) else { return nil }
        guard let authentication = Provider.Authentication(text: text) else {
            throw self.wrong(name, "bearer, none, header:<name> or query:<name>")
        }
        return authentication
    }

    func nested(_ name: String, members: Set<String>) throws(ProviderError) -> ProviderReader? {
        guard let object = try self.object(name) else { return nil }
        return try ProviderReader(object, file: self.file, place: "\(self.place)\(name).", members: members)
    }

    func nested(_ value: JSON, _ name: String, members: Set<String>) throws(ProviderError) -> ProviderReader {
        guard let object = value.objectValue else { throw self.wrong(name, "a mapping") }
        return try ProviderReader(object, file: self.file, place: "\(self.place)\(name).", members: members)
    }

    private func read<Value>(_ name: String, _ form: String, _ read: (JSON) -> Value?) throws(ProviderError) -> Value? {
        guard let json = self.object[name] else { return nil }
        guard let value = read(json) else { throw self.wrong(name, form) }
        return value
    }

    private static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
    }

    /// Whether a header or parameter may be called so; fewer than RFC 9110 §5.6.2 allows, and all that are used.
    static func isToken(_ text: String) -> Bool { text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil }
}

extension Provider.Authentication {
    /// `bearer`, `none`, `header:<name>` or `query:<name>`.
    init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count == 2 && ProviderReader.isToken(parts[1]) ? parts[1] : nil) {
        case ("bearer", nil) where parts.count == 1: self = .bearer
        case ("none", nil) where parts.count == 1: self = .none
        case ("header", let name?): self = .header(name)
        case ("query", let name?): self = .query(name)
        default: return nil
        }
    }
}
