internal import Wire

/// One member of an answer's object: its name, its type for the description, and how it is written.
struct Member<Value>: Sendable {
    let name: String
    let type: MemberType
    /// nil = left out: the contract's optional parts.
    let write: @Sendable (Value, Presentation) -> JSON?

    init(_ name: String, _ type: MemberType, _ write: @escaping @Sendable (Value, Presentation) -> JSON?) {
        self.name = name
        self.type = type
        self.write = write
    }

    static func string(_ name: String, _ write: @escaping @Sendable (Value) -> String) -> Member {
        Member(name, .string) { value, _ in .string(write(value)) }
    }

    static func integer(_ name: String, _ write: @escaping @Sendable (Value) -> Int64) -> Member {
        Member(name, .integer) { value, _ in .integer(write(value)) }
    }

    static func number(_ name: String, _ write: @escaping @Sendable (Value) -> Double) -> Member {
        Member(name, .number) { value, _ in JSONNumber(write(value)).map(JSON.number) ?? 0 }
    }

    static func boolean(_ name: String, _ write: @escaping @Sendable (Value) -> Bool) -> Member {
        Member(name, .boolean) { value, _ in .bool(write(value)) }
    }

    static func strings(_ name: String, _ write: @escaping @Sendable (Value) -> [String]) -> Member {
        Member(name, .list(.string)) { value, _ in .array(write(value).map(JSON.string)) }
    }

    /// A moment, milliseconds since 1970; 0 = never, which is written as year 1, the way programs written for the contract expect.
    static func moment(_ name: String, _ write: @escaping @Sendable (Value) -> Int64) -> Member {
        Member(name, .string) { value, _ in
            let milliseconds = write(value)
            return .string(milliseconds == 0 ? "0001-01-01T00:00:00Z" : Timestamp.text(milliseconds: milliseconds))
        }
    }

    static func object(_ name: String, _ write: @escaping @Sendable (Value) -> JSONObject) -> Member {
        Member(name, .object) { value, _ in .object(write(value)) }
    }

    static func texts(_ name: String, _ write: @escaping @Sendable (Value) -> [String: String]) -> Member {
        Member(name, .map(.string)) { value, _ in
            .object(JSONObject(write(value).sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        }
    }

    /// The same member of something larger.
    func on<Whole>(_ part: @escaping @Sendable (Whole) -> Value) -> Member<Whole> {
        Member<Whole>(name, type) { [write] whole, presentation in write(part(whole), presentation) }
    }

    static func nested<Part>(
        _ name: String, _ definition: Definition<Part>, _ part: @escaping @Sendable (Value) -> Part?
    ) -> Member {
        Member(name, .reference(definition.name)) { value, presentation in part(value).map { definition.json($0, presentation) } }
    }
}

/// An object of the contract: one table for how it is written and how it is described.
struct Definition<Value>: Sendable {
    let name: String
    let members: [Member<Value>]

    func json(_ value: Value, _ presentation: Presentation) -> JSON {
        var object = JSONObject()
        for member in members {
            if let json = member.write(value, presentation) { object.append(member.name, json) }
        }
        return .object(object)
    }

    var description: DefinitionDescription { DefinitionDescription(name: name, members: members.map { ($0.name, $0.type) }) }
}

/// The objects of the contract, each next to what it shows.
enum Definitions {}

/// A definition's names and types, without how it is written.
struct DefinitionDescription: Sendable {
    let name: String
    let members: [(name: String, type: MemberType)]
}

/// The type of a member or an answer, as the description tells it.
indirect enum MemberType: Sendable, Equatable {
    case string, integer, number, boolean, object
    case list(MemberType)
    case map(MemberType)
    /// A definition by its name.
    case reference(String)
    /// An object with one page of a list and its total.
    case page(member: String, of: MemberType)
    /// Nothing: `data` is null.
    case none
}

/// What an answer depends on beside the value.
struct Presentation: Sendable {
    /// Whether keys are shown whole.
    var showsSecrets: Bool
    /// The host that addresses of MCP servers name.
    var host: String
    var publicMCPHost: String?
    var groupMCPHost: String?

    /// The text, or its mask.
    func secret(_ text: String) -> String { showsSecrets ? text : SecretMask.mask(text) }
}
