import Wire

/// Makes a schema fit into so many bytes, by leaving out optional members: the deepest first, and those last in their order first.
///
/// It works the other way round: what is required is drawn first, then optional members are added level by level while they fit, so that the
/// work is bounded by the budget and not by the document. A member that does not fit stands there with its type and description alone where
/// that fits. Only where the required members themselves don't fit are texts cut, and then deep required members drawn without what is in them.
struct SchemaPruner {
    struct Result {
        let schema: JSONObject
        /// Members that are left out, and those that are there without what is in them.
        let omitted: Int
        /// Whether nothing was given up at all.
        let isWhole: Bool
    }

    /// How much is given up for what is required.
    private struct Concession {
        let textLimit: Int
        /// Required members deeper than this are drawn without what is in them.
        let requiredDepth: Int
    }

    private static let concessions = [
        Concession(textLimit: .max, requiredDepth: .max), Concession(textLimit: 80, requiredDepth: .max),
        Concession(textLimit: 60, requiredDepth: 4), Concession(textLimit: 60, requiredDepth: 2),
        Concession(textLimit: 40, requiredDepth: 1),
        Concession(textLimit: 40, requiredDepth: 0), Concession(textLimit: 0, requiredDepth: 0),
    ]

    /// The schema with all that it needs from the definitions, in at most so many bytes unless its required members alone are more.
    static func pruned(_ root: JSONObject, _ definitions: Definitions, budget: Int) -> Result {
        var stepsLeft = mostSteps
        for (index, concession) in concessions.enumerated() {
            let isLast = index == concessions.count - 1
            // Half of the steps are for the last concession, which has to end with a schema.
            var pruner = SchemaPruner(
                definitions, budget: budget, concession, isLast: isLast, stepsLeft: isLast ? mostSteps / 2 : stepsLeft)
            if let result = pruner.draw(root) { return result }
            stepsLeft = pruner.stepsLeft
        }
        // The last concession never fails.
        return Result(schema: root, omitted: 0, isWhole: false)
    }

    private struct Node {
        enum Kind {
            case value(JSON)
            case object, array
        }
        var kind: Kind
        var children: [(order: Int, name: String, node: Int)] = []
        /// For `properties`: whether a member is missing.
        var isCut = false
    }

    /// An optional member that may be added.
    private struct Candidate {
        let parent: Int
        let order: Int
        let name: String
        let schema: JSON
        let depth: Int
    }

    /// How many schemas are drawn to fit one, those included that are drawn again because they did not fit.
    private static let mostSteps = 400_000

    private let definitions: Definitions
    private let budget: Int
    private let concession: Concession
    /// Whether what is required is drawn whatever it takes.
    private var isUnbounded: Bool
    private var stepsLeft: Int

    private var nodes: [Node] = []
    private var byteCount = 0
    private var omitted = 0
    /// The definitions that are drawn, in the order in which they were needed.
    private var drawn: [(name: String, node: Int)] = []
    private var known: Set<String> = []
    private var queue: [(name: String, depth: Int, required: Set<String>)] = []
    /// By depth.
    private var candidates: [[Candidate]] = []
    private var found: [Candidate] = []

    private init(_ definitions: Definitions, budget: Int, _ concession: Concession, isLast: Bool, stepsLeft: Int) {
        self.definitions = definitions
        self.budget = budget
        self.concession = concession
        isUnbounded = isLast
        self.stepsLeft = stepsLeft
    }

    private mutating func draw(_ root: JSONObject) -> Result? {
        byteCount = 12
        let node = node(.object(root), depth: 0, required: [])
        drawQueue()
        guard byteCount <= budget && stepsLeft > 0 || isUnbounded else { return nil }
        isUnbounded = false
        accept()
        var depth = 0
        while depth < candidates.count {
            for candidate in candidates[depth] { add(candidate) }
            depth += 1
        }
        return Result(schema: emitted(node), omitted: omitted, isWhole: omitted == 0 && concession.textLimit == .max)
    }

    // MARK: Adding

    private mutating func add(_ candidate: Candidate) {
        guard stepsLeft > 0 else {
            omitted += 1
            nodes[candidate.parent].isCut = true
            return
        }
        let mark = (nodes: nodes.count, drawn: drawn.count, byteCount: byteCount, omitted: omitted)
        byteCount += JSON.byteCount(of: candidate.name) + 2
        let child = node(candidate.schema, depth: candidate.depth, required: [])
        drawQueue()
        if byteCount <= budget {
            nodes[candidate.parent].children.append((candidate.order, candidate.name, child))
            accept()
            return
        }
        nodes.removeSubrange(mark.nodes...)
        for (name, _) in drawn[mark.drawn...] { known.remove(name) }
        drawn.removeSubrange(mark.drawn...)
        found = []
        byteCount = mark.byteCount
        omitted = mark.omitted + 1

        let outline = outline(of: candidate.schema)
        let cost = outline.byteCount + JSON.byteCount(of: candidate.name) + 2
        if byteCount + cost <= budget {
            byteCount += cost
            nodes.append(Node(kind: .value(outline)))
            nodes[candidate.parent].children.append((candidate.order, candidate.name, nodes.count - 1))
        } else {
            nodes[candidate.parent].isCut = true
        }
    }

    private mutating func accept() {
        for candidate in found {
            while candidates.count <= candidate.depth { candidates.append([]) }
            candidates[candidate.depth].append(candidate)
        }
        found = []
    }

    private mutating func drawQueue() {
        var index = 0
        while index < queue.count, !isOver {
            let (name, depth, required) = queue[index]
            index += 1
            byteCount += JSON.byteCount(of: name) + 2
            let node = node(definitions.entry(name).schema, depth: depth, required: required)
            drawn.append((name, node))
        }
        // What was not drawn because the budget is over must be free to be needed again.
        for (name, _, _) in queue[index...] { known.remove(name) }
        queue = []
    }

    /// Whether there is no use in going on with this attempt.
    private var isOver: Bool { byteCount > budget && !isUnbounded }

    // MARK: Drawing

    /// Draws a schema with its required members, and finds its optional ones.
    private mutating func node(_ schema: JSON, depth: Int, required inherited: Set<String>) -> Int {
        guard let object = schema.objectValue, !isOver else { return leaf(schema.objectValue == nil ? schema : [:]) }
        stepsLeft -= 1
        // What is left without steps may be anything; but for the last concession it is drawn again anyway.
        guard stepsLeft > 0 else {
            omitted += 1
            return leaf([:])
        }
        let index = nodes.count
        nodes.append(Node(kind: .object))
        byteCount += 2
        var required = inherited
        for name in object["required"]?.arrayValue ?? [] { if let name = name.stringValue { required.insert(name) } }
        var children: [(order: Int, name: String, node: Int)] = []
        for (order, member) in object.enumerated() {
            guard let child = keyword(member.name, member.value, depth: depth, required: required) else { continue }
            byteCount += JSON.byteCount(of: member.name) + 2
            children.append((order, member.name, child))
        }
        nodes[index].children = children
        return index
    }

    private mutating func keyword(_ keyword: String, _ value: JSON, depth: Int, required: Set<String>) -> Int? {
        switch SchemaAnatomy.shape(of: keyword) {
        case .schema: return node(value, depth: depth, required: [])
        case .schemaList:
            let sharesMembers = keyword != "prefixItems"
            let index = nodes.count
            nodes.append(Node(kind: .array))
            byteCount += 2
            let children = (value.arrayValue ?? []).enumerated().map { order, schema in
                (order, "", node(schema, depth: depth, required: sharesMembers ? required : []))
            }
            byteCount += children.count
            nodes[index].children = children
            return index
        case .schemaMap:
            return keyword == "properties" ? members(value, depth: depth, required: required) : map(value, depth: depth)
        case .value: return plain(keyword, value, depth: depth, required: required)
        }
    }

    private mutating func members(_ value: JSON, depth: Int, required: Set<String>) -> Int {
        let index = nodes.count
        nodes.append(Node(kind: .object))
        byteCount += 2
        for (order, member) in (value.objectValue ?? JSONObject()).enumerated() {
            guard required.contains(member.name) else {
                found.append(Candidate(parent: index, order: order, name: member.name, schema: member.value, depth: depth + 1))
                continue
            }
            byteCount += JSON.byteCount(of: member.name) + 2
            let child: Int
            if depth + 1 > concession.requiredDepth {
                child = leaf(outline(of: member.value))
                omitted += 1
            } else {
                child = node(member.value, depth: depth + 1, required: [])
            }
            nodes[index].children.append((order, member.name, child))
        }
        return index
    }

    private mutating func map(_ value: JSON, depth: Int) -> Int {
        let index = nodes.count
        nodes.append(Node(kind: .object))
        byteCount += 2
        for (order, member) in (value.objectValue ?? JSONObject()).enumerated() {
            byteCount += JSON.byteCount(of: member.name) + 2
            let child = node(member.value, depth: depth, required: [])
            nodes[index].children.append((order, member.name, child))
        }
        return index
    }

    private mutating func plain(_ keyword: String, _ value: JSON, depth: Int, required: Set<String>) -> Int? {
        switch keyword {
        case "$ref":
            if let name = value.stringValue.flatMap(SchemaTable.name), known.insert(name).inserted {
                queue.append((name, depth, required))
            }
        case "description" where concession.textLimit < .max:
            let text = Prose.cut(value.stringValue ?? "", to: concession.textLimit)
            return text.isEmpty ? nil : leaf(.string(text))
        case "examples", "default", "title": if concession.textLimit < .max { return nil }
        default: break
        }
        return leaf(value)
    }

    private mutating func leaf(_ value: JSON) -> Int {
        byteCount += value.byteCount
        nodes.append(Node(kind: .value(value)))
        return nodes.count - 1
    }

    /// A schema's type and description.
    private func outline(of schema: JSON) -> JSON {
        let target = schema["$ref"]?.stringValue.flatMap(SchemaTable.name).map { definitions.entry($0).schema }
        var outline = JSONObject()
        if let type = schema["type"] ?? target?["type"] {
            outline["type"] = type
            // Some clients refuse an array that says nothing of its elements.
            if SchemaView.types(type).contains("array") { outline["items"] = [:] }
        }
        let text = Prose.cut(
            (schema["description"] ?? target?["description"])?.stringValue ?? "", to: min(80, concession.textLimit))
        if !text.isEmpty { outline["description"] = .string(text) }
        return .object(outline)
    }

    // MARK: Writing

    private func emitted(_ root: Int) -> JSONObject {
        var schema = json(root, isRoot: true).objectValue ?? JSONObject()
        if !drawn.isEmpty { schema["$defs"] = .object(JSONObject(drawn.map { ($0.name, json($0.node)) })) }
        return schema
    }

    private func json(_ index: Int, isRoot: Bool = false) -> JSON {
        let node = nodes[index]
        switch node.kind {
        case .value(let value): return value
        case .array: return .array(node.children.map { json($0.node) })
        case .object:
            // Members were added level by level: back to the document's order.
            let children = node.children.sorted { $0.order < $1.order }
            let isCut = children.contains { $0.name == "properties" && nodes[$0.node].isCut }
            var object = JSONObject()
            for child in children {
                let value = json(child.node)
                if child.name == "properties", value.objectValue?.isEmpty == true, !isRoot { continue }
                // What is left out of the schema may still be given by a caller who knows the whole.
                if isCut, !isRoot, ["additionalProperties", "unevaluatedProperties"].contains(child.name), value == false {
                    continue
                }
                object[child.name] = value
            }
            return .object(object)
        }
    }
}
