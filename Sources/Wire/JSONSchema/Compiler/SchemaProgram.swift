/// A compiled schema: its subschemas in one array, which refer to each other by their places in it.
struct SchemaProgram: Sendable {
    var nodes: [SchemaNode] = []
    var locations = SchemaLocations()
    /// For each resource, what its dynamic anchors are.
    var dynamicAnchors: [[ExactText: Int]] = []
    /// How many nodes references lead to; each has a slot where an evaluation notes that it is under way.
    var slotCount = 0
    var usesDynamicReferences = false
    var containsEvaluates = true
    var assertsFormats = false
    var limits: JSONSchemaLimits
}

/// One subschema.
struct SchemaNode: Sendable {
    /// Where it stands in the document.
    let location: Int
    /// The resource (core, section 4.3.5) it is in.
    let resource: Int
    /// What it demands, in the order in which it is judged.
    var rules: [SchemaRule] = []
    /// For a schema that is `false`: nothing is valid.
    var isNever = false
    /// Whether it looks at what other keywords have evaluated.
    var hasUnevaluated = false
    /// Where an evaluation notes that this node is under way; nil where no reference leads here, so that it is on no loop.
    var slot: Int?
}

/// A keyword with its compiled value.
struct SchemaRule: Sendable {
    let keyword: String
    let check: SchemaCheck
}

/// What a keyword demands. Subschemas are places in the program.
enum SchemaCheck: Sendable {
    case type(SchemaTypes)
    case values(SchemaValues)
    case multipleOf(ExactDecimal, JSONNumber)
    case atLeast(ExactDecimal, JSONNumber, isExclusive: Bool)
    case atMost(ExactDecimal, JSONNumber, isExclusive: Bool)
    case leastLength(Int)
    case greatestLength(Int)
    case pattern(Pattern, String)
    case format(JSONSchemaFormat)
    case leastItems(Int)
    case greatestItems(Int)
    case uniqueItems
    case items(prefix: [Int], rest: Int?)
    case contains(Int, least: Int, most: Int?)
    case required([String])
    case leastMembers(Int)
    case greatestMembers(Int)
    case dependentRequired([(name: String, needs: [String])])
    case names(Int)
    case members(SchemaMembers)
    case reference(Int)
    case dynamicReference(Int, anchor: ExactText)
    case unresolved(String)
    case allOf([Int])
    case anyOf([Int])
    case oneOf([Int])
    case not(Int)
    case condition(Int, then: Int?, otherwise: Int?)
    case dependentSchemas([(name: String, schema: Int)])
    case unevaluatedMembers(Int)
    case unevaluatedItems(Int)
}

/// `properties`, `patternProperties` and `additionalProperties`, which are about the same members.
struct SchemaMembers: Sendable {
    var named: [ExactText: Int] = [:]
    /// The names of `properties` in the order of the document, for messages.
    var names: [String] = []
    var patterns: [(pattern: Pattern, schema: Int)] = []
    /// Whether a pattern was left out, so that nobody can tell which members are additional.
    var lacksPatterns = false
    var additional: Int?
}

/// The types that `type` allows.
struct SchemaTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = SchemaTypes(rawValue: 1)
    static let boolean = SchemaTypes(rawValue: 2)
    static let integer = SchemaTypes(rawValue: 4)
    /// Integers are numbers.
    static let number = SchemaTypes(rawValue: 12)
    static let string = SchemaTypes(rawValue: 16)
    static let array = SchemaTypes(rawValue: 32)
    static let object = SchemaTypes(rawValue: 64)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    /// The types, for a person: `a string or null`.
    var description: String {
        let names: [(SchemaTypes, String)] = [
            (.string, "a string"), (.number, "a number"), (.integer, "an integer"), (.boolean, "a boolean"), (.array, "an array"),
            (.object, "an object"), (.null, "null"),
        ]
        let present = names.filter { contains($0.0) && !($0.0 == .integer && contains(.number)) }.map(\.1)
        return present.isEmpty ? "absent" : present.joined(separator: " or ")
    }
}
