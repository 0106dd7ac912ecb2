import Wire

/// The members of an object's schema, each to become an argument.
struct ObjectMembers {
    private(set) var members = JSONObject()
    private(set) var required: Set<String> = []
    /// Whether the schema says more than that: other members, alternatives, conditions.
    private(set) var saysMore = false

    private static let depthLimit = 8
    /// How many schemas, members and required names may still be looked at: parts that are there ten times at each of eight levels are not there
    /// ten to the power of eight times. A schema with more is an argument as a whole.
    private var stepsLeft = 10_000

    /// Nil where the schema is not of an object with members.
    init?(_ schema: JSON, _ table: SchemaTable) {
        guard add(schema, table, isPart: false, depth: 0), stepsLeft > 0, !members.isEmpty else { return nil }
        // What must be there may be anything where nothing else is said of it.
        for name in required.sorted() where !members.contains(name) { members[name] = [:] }
    }

    /// Leaves out a member.
    mutating func remove(_ name: String) {
        members[name] = nil
        required.remove(name)
    }

    /// Adds what a schema says of all values; false where it is not of an object.
    ///
    /// - Parameter isPart: whether other schemas describe the same object.
    private mutating func add(_ schema: JSON, _ table: SchemaTable, isPart: Bool, depth: Int) -> Bool {
        guard depth < Self.depthLimit, let object = schema.objectValue else { return false }
        stepsLeft -= 1 + (object["properties"]?.objectValue?.count ?? 0) + (object["required"]?.arrayValue?.count ?? 0)
        guard stepsLeft > 0 else { return false }
        if let type = object["type"], type.stringValue != "object" { return false }
        let isPart = isPart || object.contains("allOf") || object.contains("$ref") && object.contains("properties")
        var isObject = object.contains("type") || object.contains("properties")
        for (keyword, value) in object {
            switch keyword {
            case "type", "discriminator": break
            case "properties": for (name, member) in value.objectValue ?? JSONObject() { add(name, member) }
            case "required": for name in value.arrayValue ?? [] { if let name = name.stringValue { required.insert(name) } }
            case "$ref":
                guard let target = table.target(of: value.stringValue ?? ""),
                    add(target, table, isPart: isPart, depth: depth + 1)
                else { return false }
                isObject = true
            case "allOf":
                for part in value.arrayValue ?? [] {
                    guard add(part, table, isPart: true, depth: depth + 1) || Self.onlyRequires(part) else { return false }
                }
                isObject = isObject || !members.isEmpty
            case "additionalProperties", "unevaluatedProperties":
                // `false` is what arguments are anyway; in one part of several it also refuses the members of the others.
                if value != false || isPart { saysMore = true }
            case "anyOf", "oneOf":
                saysMore = true
                addAlternatives(value.arrayValue ?? [], table, depth: depth)
                isObject = isObject || !members.isEmpty
            default: if !SchemaAnatomy.isAnnotation(keyword) { saysMore = true }
            }
        }
        return isObject
    }

    /// Whether a part says nothing but which members must be there; that has been added already.
    private static func onlyRequires(_ part: JSON) -> Bool {
        part.objectValue?.names.allSatisfy { $0 == "required" || SchemaAnatomy.isAnnotation($0) } == true
    }

    /// A member that two parts describe must fulfil both.
    private mutating func add(_ name: String, _ member: JSON) {
        guard let earlier = members[name], earlier != member else {
            members[name] = member
            return
        }
        members[name] = ["allOf": [earlier, member]]
    }

    /// Of alternatives, all members; those that each of them requires are required.
    private mutating func addAlternatives(_ branches: [JSON], _ table: SchemaTable, depth: Int) {
        var common: Set<String>?
        for branch in branches {
            var part = self
            part.members = JSONObject()
            part.required = []
            let isObject = part.add(branch, table, isPart: true, depth: depth + 1) || Self.onlyRequires(branch)
            stepsLeft = part.stepsLeft
            guard stepsLeft > 0 else { return }
            guard isObject else {
                common = []
                continue
            }
            common = common.map { $0.intersection(part.required) } ?? part.required
            for (name, member) in part.members {
                guard let earlier = members[name], earlier != member else {
                    members[name] = member
                    continue
                }
                let others = earlier.objectValue?.count == 1 ? earlier["anyOf"]?.arrayValue ?? [earlier] : [earlier]
                if !others.contains(member) { members[name] = ["anyOf": .array(others + [member])] }
            }
        }
        required.formUnion(common ?? [])
    }
}
