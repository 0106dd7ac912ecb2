import Wire

/// Writes the body of a request.
struct BodyWriter {
    let plan: BodyPlan
    let schemas: SchemaTable
    let options: RequestOptions

    /// What goes out.
    struct Content {
        var mediaType: String
        var bytes: [UInt8]
    }

    /// A member of a form with what its plan says.
    struct Member {
        var argument: String
        var name: String
        var value: JSON
        var schema: JSON
        var encoding: PartEncoding?
    }

    /// The body that the arguments make; nil where none is given and none is needed.
    /// - Throws: `CallFault` also where the body would be larger than the options allow.
    func content(of arguments: JSONObject) throws(CallFault) -> Content? {
        let content: Content?
        switch plan.source {
        case .whole(let argument):
            guard let value = arguments[argument] else {
                guard !plan.isRequired else { throw CallFault(argument, "is missing: it is the body of the request") }
                return nil
            }
            content = try whole(value, argument)
        case .members(let members):
            guard plan.isRequired || members.contains(where: { arguments.contains($0.argument) }) else { return nil }
            content = try written(try given(members, arguments))
        }
        if let content, content.bytes.count > options.maximumBodyBytes { throw tooLarge(content.bytes.count) }
        return content
    }

    private func tooLarge(_ count: Int) -> CallFault {
        CallFault(nil, "the arguments make a body of \(count) bytes, of which there may be \(options.maximumBodyBytes)")
    }

    // MARK: - One argument

    private func whole(_ value: JSON, _ argument: String) throws(CallFault) -> Content {
        switch plan.form {
        case .json: return Content(mediaType: plan.mediaType, bytes: value.serializedBytes())
        case .xml: return Content(mediaType: plan.mediaType, bytes: try xml(value, argument))
        case .text:
            guard let text = ParameterValue.plain(value) else {
                return Content(mediaType: plan.mediaType, bytes: value.serializedBytes())
            }
            return Content(mediaType: textMediaType(text), bytes: Array(text.utf8))
        case .octets:
            let file = try FileArgument(options).file(of: value, argument: argument)
            return Content(mediaType: mediaType(for: file), bytes: file.bytes)
        case .urlencoded, .multipart:
            guard let object = value.objectValue else {
                throw CallFault(argument, "must be an object: each member is a part of the body")
            }
            let reader = SchemaReader(schemas: schemas)
            let properties = reader.properties(of: plan.schema)
            let rest = reader.value(of: "additionalProperties", in: plan.schema) ?? true
            let members = object.map { name, value in
                Member(
                    argument: argument, name: name, value: value, schema: properties[name] ?? rest, encoding: plan.encodings[name]
                )
            }
            return try written(members)
        }
    }

    /// The type of text says what it is encoded in, where that is not plain to see.
    private func textMediaType(_ text: String) -> String {
        let type = MediaType(plan.mediaType)
        guard !type.isRange else { return "text/plain; charset=utf-8" }
        guard type.type == "text", type.parameters["charset"] == nil, text.utf8.contains(where: { $0 >= 0x80 }) else {
            return plan.mediaType
        }
        return plan.mediaType + "; charset=utf-8"
    }

    /// The plan's, or where that is a range such as `image/*`, the one that came with the bytes and fits it.
    private func mediaType(for file: RequestOptions.File) -> String {
        let planned = MediaType(plan.mediaType)
        guard planned.isRange || planned.isEmpty else { return plan.mediaType }
        guard let own = file.mediaType, planned.isEmpty || planned.includes(MediaType(own)) else {
            return "application/octet-stream"
        }
        return own
    }

    // MARK: - Members

    private func given(_ plans: [MemberPlan], _ arguments: JSONObject) throws(CallFault) -> [Member] {
        var members: [Member] = []
        for plan in plans {
            guard let value = arguments[plan.argument] else {
                guard !plan.isRequired else { throw CallFault(plan.argument, "is missing") }
                continue
            }
            members.append(
                Member(argument: plan.argument, name: plan.name, value: value, schema: plan.schema, encoding: plan.encoding))
        }
        return members
    }

    private func written(_ members: [Member]) throws(CallFault) -> Content {
        switch plan.form {
        case .urlencoded:
            return Content(mediaType: plan.mediaType, bytes: Array(try FormBody(schemas: schemas).text(of: members).utf8))
        case .multipart:
            let multipart = MultipartBody(mediaType: plan.mediaType, schemas: schemas, options: options)
            return try multipart.content(of: members)
        case .json, .text, .octets:
            return Content(mediaType: plan.mediaType, bytes: JSON.object(object(members)).serializedBytes())
        case .xml:
            return Content(mediaType: plan.mediaType, bytes: try xml(.object(object(members)), nil))
        }
    }

    private func object(_ members: [Member]) -> JSONObject { JSONObject(members.map { ($0.name, $0.value) }) }

    private func xml(_ value: JSON, _ argument: String?) throws(CallFault) -> [UInt8] {
        try XMLWriter(schemas: schemas, argument: argument, maximumBytes: options.maximumBodyBytes).document(
            value, schema: plan.schema)
    }
}
