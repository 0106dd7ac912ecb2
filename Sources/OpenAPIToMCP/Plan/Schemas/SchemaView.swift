import Wire

/// Schemas of a document as a model sees them: without what says nothing to it, in one direction.
///
/// In what goes in, members that only the API sets (`readOnly`) are left out, and all that a value must fulfil is kept. In what comes out,
/// members that only callers set (`writeOnly`) are left out, and the schema only tells the shape: APIs deviate from their documents, and
/// clients refuse a whole result for one wrong member. So there nothing is required, nothing is bounded, and a member may be null.
struct SchemaView {
    enum Direction: Sendable, Hashable { case input, output }

    let direction: Direction
    let table: SchemaTable
    /// The most characters of a description. Below 100, titles and examples go too.
    let textLimit: Int
    /// How deep schemas are followed; what is deeper is `{}`.
    let depthLimit: Int

    /// - Parameters:
    ///   - name: of the member or definition: a title that says the same is left out.
    ///   - acceptsNull: whether null is put among the types, in what comes out.
    func schema(_ source: JSON, name: String? = nil, acceptsNull: Bool = false, depth: Int = 0) -> JSON {
        guard let object = source.objectValue else {
            // Faces of older revisions type members as objects, so that booleans are written out.
            return source.boolValue == false && direction == .input ? ["not": [:]] : [:]
        }
        guard depth < depthLimit else { return [:] }
        let simple = SchemaForm.simplified(object, acceptsNull: direction == .output)
        return .object(
            direction == .input
                ? input(simple, name: name, depth: depth) : output(simple, name: name, acceptsNull: acceptsNull, depth: depth))
    }

    /// Whether a member is not for this direction.
    func isHidden(_ member: JSON) -> Bool {
        let keyword = direction == .input ? "readOnly" : "writeOnly"
        return member[keyword]?.boolValue == true || table.followed(member)[keyword]?.boolValue == true
    }

    func text(_ value: JSON) -> JSON? {
        guard textLimit > 0, let text = value.stringValue else { return nil }
        let plain = Prose.cut(Prose.plain(text), to: textLimit)
        return plain.isEmpty ? .none : .string(plain)
    }

    /// A title that says more than the name and the type do.
    func title(_ value: JSON, besides name: String?, _ type: String?) -> JSON? {
        guard textLimit >= 100, let text = value.stringValue, !text.isEmpty, !Prose.isSame(text, name ?? ""),
            !Prose.isSame(text, type ?? "")
        else { return nil }
        return .string(Prose.cut(Prose.plain(text), to: 80))
    }

    /// A list of schemas that must not be empty.
    func list(_ value: JSON, acceptsNull: Bool = false, depth: Int) -> JSON? {
        guard let schemas = value.arrayValue, !schemas.isEmpty else { return nil }
        return .array(schemas.map { schema($0, acceptsNull: acceptsNull, depth: depth + 1) })
    }

    /// The members that this direction has.
    func members(_ value: JSON, depth: Int) -> JSONObject? {
        guard let properties = value.objectValue else { return nil }
        var members = JSONObject()
        for (name, member) in properties where !isHidden(member) {
            members[name] = schema(member, name: name, acceptsNull: true, depth: depth + 1)
        }
        return members
    }

    /// One type or several, each known and once.
    static func types(_ value: JSON) -> [String] {
        var types: [String] = []
        for type in value.arrayValue ?? [value] {
            guard let type = type.stringValue, known.contains(type), !types.contains(type) else { continue }
            types.append(type)
        }
        return types
    }

    static func type(_ types: [String]) -> JSON? {
        switch types.count {
        case 0: nil
        case 1: .string(types[0])
        default: .array(types.map { .string($0) })
        }
    }

    private static let known: Set<String> = ["null", "boolean", "object", "array", "number", "integer", "string"]
}
