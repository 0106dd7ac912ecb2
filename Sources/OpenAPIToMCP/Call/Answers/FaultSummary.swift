import Wire

/// What the body of an error says, in lines that can be read: the message, and the fields at fault. It knows problem details (RFC 9457) and the
/// shapes that most APIs have instead of them.
struct FaultSummary {
    private(set) var lines: [String] = []

    private static let maximumLines = 20
    private static let maximumDepth = 4
    private static let messages = [
        "detail", "message", "error_description", "error_message", "errorMessage", "msg", "description", "title", "reason",
        "faultstring",
    ]
    private static let codes = ["code", "error_code", "errorCode", "type"]
    private static let envelopes = ["error", "fault", "problem", "Error", "status"]
    private static let lists = [
        "errors", "details", "detail", "violations", "invalid-params", "invalid_params", "issues", "fieldErrors",
    ]
    private static let places = [
        "pointer", "field", "path", "loc", "property", "param", "parameter", "source", "name", "attribute", "key",
    ]

    init(_ body: JSON) { read(body, depth: 0) }

    private mutating func read(_ value: JSON, depth: Int) {
        guard depth < Self.maximumDepth else { return }
        switch value {
        case .array(let elements): for element in elements { readFault(element) }
        case .object(let object):
            if let message = Self.message(of: object) { add(message + (Self.code(of: object).map { " (\($0))" } ?? "")) }
            if case .string(let text)? = object["error"] { add(text) }
            for name in Self.envelopes where object[name]?.kind == .object { read(object[name] ?? .null, depth: depth + 1) }
            if let place = object["param"]?.stringValue { add("- \(place)") }
            for name in Self.lists {
                switch object[name] {
                case .array(let faults)?: for fault in faults { readFault(fault) }
                case .object(let faults)?: for (field, fault) in faults { readFault(fault, field: field) }
                default: break
                }
            }
        default: break
        }
    }

    /// One of several faults: a text, or an object that says what and where.
    private mutating func readFault(_ fault: JSON, field: String? = nil) {
        guard lines.count < Self.maximumLines else { return }
        let prefix = field.map { "\($0): " } ?? ""
        switch fault {
        case .string(let text): add("- \(prefix)\(text)")
        case .array(let texts): for text in texts.prefix(Self.maximumLines) { readFlat(text, prefix) }
        case .object(let object):
            let place = Self.places.lazy.compactMap { object[$0].flatMap(Self.place) }.first
            guard let message = Self.message(of: object) ?? Self.code(of: object) else { return }
            add("- \(prefix)\(place.map { "\($0): " } ?? "")\(message)")
        default: break
        }
    }

    private mutating func readFlat(_ fault: JSON, _ prefix: String) {
        if let text = fault.stringValue ?? fault.objectValue.flatMap(Self.message) { add("- \(prefix)\(text)") }
    }

    /// A pointer or name, or the steps of a way, or what JSON:API has as `source`.
    private static func place(_ value: JSON) -> String? {
        switch value {
        case .string(let text): return text.isEmpty ? nil : text
        case .array(let steps): return steps.isEmpty ? nil : steps.compactMap(ParameterValue.plain).joined(separator: ".")
        case .object(let object): return (object["pointer"] ?? object["parameter"] ?? object["header"])?.stringValue
        default: return nil
        }
    }

    private static func message(of object: JSONObject) -> String? {
        let found = messages.lazy.compactMap { object[$0]?.stringValue }.first { !$0.isEmpty }
        // A title says what kind of problem it is, and a detail which.
        guard let found, let title = object["title"]?.stringValue, !title.isEmpty, title != found else { return found }
        return "\(title): \(found)"
    }

    private static func code(of object: JSONObject) -> String? {
        for name in codes {
            guard let value = object[name], let text = ParameterValue.plain(value), !text.isEmpty, text != "about:blank" else {
                continue
            }
            return BoundedText.line(text, atMost: 100)
        }
        return nil
    }

    private mutating func add(_ line: String) {
        let line = BoundedText.line(line)
        guard lines.count < Self.maximumLines, !line.isEmpty, !lines.contains(line) else { return }
        lines.append(line)
    }
}
