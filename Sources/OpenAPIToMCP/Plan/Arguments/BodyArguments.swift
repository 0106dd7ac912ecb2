import Wire

/// Which of a body's content types a tool uses, and what of it becomes arguments.
struct BodyArguments {
    struct Member {
        let name: String
        let schema: JSON
        let isRequired: Bool
        let encoding: PartEncoding?
        let isFile: Bool
    }

    enum Source {
        case members([Member])
        /// The schema of the one argument; for bytes, already that of base64.
        case whole(schema: JSON)
    }

    let body: APIRequestBody
    let content: APIContent
    let mediaType: BodyMediaType
    let source: Source

    /// Nil where the body has no content at all.
    init?(_ body: APIRequestBody, _ view: SchemaView) {
        let kinds = body.contents.map { BodyMediaType($0.mediaType, isFile: FileSchema.isFile($0.schema, view.table)) }
        // The document's order decides between two of one kind.
        guard let best = kinds.indices.min(by: { (kinds[$0].kind, $0) < (kinds[$1].kind, $1) }) else { return nil }
        self.body = body
        content = body.contents[best]
        mediaType = kinds[best]
        source = Self.source(content, kinds[best], isRequired: body.isRequired, view)
    }

    /// Whether a form says more than its fields can.
    var isSimplified: Bool {
        guard mediaType.form == .multipart || mediaType.form == .urlencoded, case .members = source else { return false }
        return saysMore
    }

    private var saysMore: Bool {
        content.schema["anyOf"] != nil || content.schema["oneOf"] != nil || content.schema["additionalProperties"] != nil
    }

    private static func source(_ content: APIContent, _ mediaType: BodyMediaType, isRequired: Bool, _ view: SchemaView) -> Source
    {
        switch mediaType.form {
        case .octets:
            return .whole(schema: ["type": "string", "contentEncoding": "base64", "description": .string(FileSchema.note)])
        case .text:
            let schema = view.table.followed(content.schema)
            return .whole(schema: SchemaView.types(schema["type"] ?? nil) == ["string"] ? content.schema : ["type": "string"])
        case .json, .xml:
            guard let members = members(content, view), !members.saysMore, isRequired || members.required.isEmpty else {
                return .whole(schema: content.schema)
            }
            return .members(list(members, content, isForm: false, view.table))
        case .multipart, .urlencoded:
            guard let members = members(content, view) else {
                return .whole(schema: content.schema == true || content.schema == [:] ? ["type": "object"] : content.schema)
            }
            return .members(list(members, content, isForm: true, view.table))
        }
    }

    private static func members(_ content: APIContent, _ view: SchemaView) -> ObjectMembers? {
        guard var members = ObjectMembers(content.schema, view.table) else { return nil }
        for (name, member) in members.members where view.isHidden(member) { members.remove(name) }
        return members.members.isEmpty ? nil : members
    }

    private static func list(_ members: ObjectMembers, _ content: APIContent, isForm: Bool, _ table: SchemaTable) -> [Member] {
        members.members.map { name, schema in
            let encoding = isForm ? content.encodings[name] : nil
            let isFile = isForm && FileSchema.isPart(schema, encoding, table)
            return Member(
                name: name, schema: schema, isRequired: members.required.contains(name), encoding: encoding, isFile: isFile)
        }
    }
}
