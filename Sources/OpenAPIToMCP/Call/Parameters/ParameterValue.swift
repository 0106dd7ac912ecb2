import Wire

/// An argument as a parameter can hold it: text, a list of texts, or named texts.
///
/// Numbers and truth values are their JSON text (`1.0` stays `1.0`, `1e3` stays `1e3`). `null` is "undefined" in the words of RFC 6570 §2.3: as
/// a whole it is no value, among elements and members it is left out; so an empty list and an empty object are no value either.
enum ParameterValue {
    case nothing
    case text(String)
    case list([String])
    case members([(name: String, value: String)])

    /// What becomes of arrays and objects inside of arrays and objects, which the styles do not foresee.
    enum Nesting {
        case refused
        /// They become JSON text.
        case json
    }

    init(_ value: JSON, argument: String, nesting: Nesting) throws(CallFault) {
        switch value {
        case .null: self = .nothing
        case .array(let elements):
            var list: [String] = []
            for element in elements where !element.isNull { list.append(try Self.text(of: element, argument, nesting)) }
            self = list.isEmpty ? .nothing : .list(list)
        case .object(let object):
            var members: [(name: String, value: String)] = []
            for (name, member) in object where !member.isNull {
                members.append((name, try Self.text(of: member, argument, nesting)))
            }
            self = members.isEmpty ? .nothing : .members(members)
        default: self = .text(Self.plain(value) ?? "")
        }
    }

    /// Whether the texts can be told apart again once the delimiter is between them: where a text has it itself, the value is refused, because
    /// the API would get another one.
    func check(_ delimiter: Delimiter, argument: String) throws(CallFault) {
        let texts: [String] =
            switch self {
            case .nothing, .text: []
            case .list(let list): list
            case .members(let members): members.flatMap { [$0.name, $0.value] }
            }
        guard !texts.contains(where: { $0.utf8.contains(delimiter.byte) }) else {
            throw CallFault(
                argument, "has \(delimiter.name) inside a value, which separates values there, so that it can't be sent")
        }
    }

    /// The text of a value that is neither array nor object.
    static func plain(_ value: JSON) -> String? {
        switch value {
        case .null: ""
        case .bool(let value): value ? "true" : "false"
        case .number(let number): number.text
        case .string(let text): text
        case .array, .object: nil
        }
    }

    private static func text(of value: JSON, _ argument: String, _ nesting: Nesting) throws(CallFault) -> String {
        if let text = plain(value) { return text }
        guard nesting == .json else { throw CallFault(argument, "can't have arrays or objects inside of an array or object") }
        return value.serialized()
    }
}
