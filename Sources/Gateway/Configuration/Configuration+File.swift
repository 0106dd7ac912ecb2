internal import Wire

/// The configuration file as a value, with the place of each part of it.
struct ConfigurationDocument {
    let name: String
    let root: JSON
    private let position: (JSONPointer) -> (line: Int, column: Int)?

    init(name: String, root: JSON, position: @escaping (JSONPointer) -> (line: Int, column: Int)?) {
        self.name = name
        self.root = root
        self.position = position
    }

    /// How a message names the place of a value: `config.yaml:3:5: limits.body`.
    func place(_ pointer: JSONPointer) -> String {
        let key = pointer.tokens.joined(separator: ".")
        guard let position = position(pointer) else { return "\(name): \(key)" }
        return "\(name):\(position.line):\(position.column)" + (key.isEmpty ? "" : ": \(key)")
    }
}

extension Configuration {
    mutating func apply(
        _ document: ConfigurationDocument, variables: VariableSource, folder: String
    ) throws(ConfigurationError) {
        switch document.root {
        case .null: return
        case .object(let members): try apply(members, at: .root, of: document, variables: variables, folder: folder)
        default:
            throw ConfigurationError(
                place: document.place(.root), value: nil, expectation: "the file must be a mapping of keys to values")
        }
    }

    private mutating func apply(
        _ members: JSONObject, at pointer: JSONPointer, of document: ConfigurationDocument, variables: VariableSource,
        folder: String
    ) throws(ConfigurationError) {
        for (name, value) in members {
            let place = pointer.appending(name)
            let key = place.tokens.joined(separator: ".")
            if value.isNull && Self.isKnown(key) { continue }
            if let setting = Self.settings.first(where: { $0.key == key }) {
                let text = try Self.value(of: setting, value, at: place, in: document, variables: variables, folder: folder)
                try set(setting, text, place: document.place(place))
            } else if Self.isSection(key) {
                guard let inner = value.objectValue else {
                    throw ConfigurationError(
                        place: document.place(place), value: Self.shown(value),
                        expectation: "a mapping with the keys \(Self.names(under: key))")
                }
                try apply(inner, at: place, of: document, variables: variables, folder: folder)
            } else if key == "stdio" {
                standardIOServers = try StandardIOServer.servers(value, at: place, in: document)
                warnings.append("\(document.place(place)) is read and checked, but has no effect yet")
            } else if Self.fileKeysWithoutEffect.contains(key) {
                warnings.append("\(document.place(place)) has no effect yet")
            } else {
                let siblings = Self.childNames(under: pointer.tokens.joined(separator: "."))
                throw ConfigurationError(
                    place: document.place(place), value: nil,
                    expectation: "there is no such key" + suggestion(for: name, among: siblings))
            }
        }
    }

    /// The value as text. A secret may stand elsewhere: `{file: path}` or `{environment: NAME}`.
    private static func value(
        of setting: Setting, _ value: JSON, at pointer: JSONPointer, in document: ConfigurationDocument,
        variables: VariableSource,
        folder: String
    ) throws(ConfigurationError) -> SettingValue {
        if let text = scalarText(value) { return .text(text) }
        if case .array(let elements) = value {
            let texts = elements.compactMap(scalarText)
            if texts.count == elements.count { return .list(texts) }
        }
        if setting.isSecret, let source = value.objectValue, source.count == 1 {
            if let file = source["file"]?.stringValue {
                return .text(try secret(inFile: file, folder: folder, place: document.place(pointer)))
            }
            if let name = source["environment"]?.stringValue {
                guard let variable = variables[name] else {
                    throw ConfigurationError(
                        place: document.place(pointer), value: name, expectation: "the name of a variable that is set")
                }
                return .text(variable.text)
            }
        }
        let form = setting.isSecret ? setting.form + ", {file: path} or {environment: NAME}" : setting.form
        throw ConfigurationError(place: document.place(pointer), value: setting.isSecret ? nil : shown(value), expectation: form)
    }

    static func scalarText(_ value: JSON) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let truth): truth ? "true" : "false"
        default: nil
        }
    }

    static func shown(_ value: JSON) -> String {
        switch value {
        case .array: "a list"
        case .object: "a mapping"
        case .null: "null"
        default: scalarText(value) ?? ""
        }
    }

    private static func isKnown(_ key: String) -> Bool { key == "stdio" || isSection(key) || settings.contains { $0.key == key } }

    private static func isSection(_ key: String) -> Bool { settings.contains { $0.key?.hasPrefix(key + ".") == true } }

    /// The names that may stand directly under `section` ("" = the top of the file).
    private static func childNames(under section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        var names = section.isEmpty ? ["stdio"] : []
        for key in settings.compactMap(\.key) where key.hasPrefix(prefix) {
            let name = String(key.dropFirst(prefix.count).prefix { $0 != "." })
            if !names.contains(name) { names.append(name) }
        }
        return names
    }

    private static func names(under section: String) -> String { childNames(under: section).joined(separator: ", ") }
}
