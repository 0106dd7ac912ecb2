import Wire

extension Normaliser {
    // MARK: - Parameters

    /// The members of a parameter of version 2.0 that are those of a schema ("Parameter Object", `in` is not body).
    private static let schemaMembers = [
        "type", "format", "items", "default", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength",
        "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "enum", "multipleOf", "x-nullable",
    ]

    /// The schema of a parameter, which has a schema's members itself.
    private mutating func schema2(_ described: LocatedObject) -> JSON {
        var schema = JSONObject()
        for name in Self.schemaMembers {
            if let value = described[name] { schema[name] = value }
        }
        // Some write parameters as version 3 does.
        if schema["type"] == nil, let own = described["schema"] {
            return rootSchema(own, at: described.place.appending("schema"))
        }
        if let example = described["x-example"] { schema["example"] = example }
        if schema["type"] == nil {
            note(.warning, .missingPart, at: described.place, "the parameter has no type; it takes any value")
        }
        return rootSchema(.object(schema), at: described.place)
    }

    /// Style and schema of a parameter.
    mutating func describe2(_ parameter: inout APIParameter, _ described: LocatedObject) {
        parameter.schema = schema2(described)
        let style = collectionStyle(described, parameter.location)
        parameter.style = style.style
        parameter.explodes = style.explodes
    }

    /// What `collectionFormat` is in version 3: `csv` where nothing is said. `location` is nil for a member of a form.
    private mutating func collectionStyle(
        _ described: LocatedObject, _ location: APIParameter.Location?
    ) -> (style: ParameterStyle, explodes: Bool) {
        let standard = location.map(Self.standardStyle) ?? .form
        guard described["type"]?.stringValue == "array" else { return (standard, standard == .form) }
        let place = described.place.appending("collectionFormat")
        if described["items"]?["type"]?.stringValue == "array" {
            note(
                .warning, .invalidStyle, at: described.place,
                "lists in a list can't be told apart in a request; the outer one is written")
        }
        switch described["collectionFormat"]?.stringValue ?? "csv" {
        case "csv": return (standard, false)
        case "ssv": return (.spaceDelimited, false)
        case "tsv": return (.tabDelimited, false)
        case "pipes": return (.pipeDelimited, false)
        case "multi" where location == nil || location == .query: return (.form, true)
        case "multi":
            note(.warning, .invalidStyle, at: place, "only query and form parameters can be repeated; csv is taken")
            return (standard, false)
        default:
            note(.warning, .invalidStyle, at: place, "the collection format is not known; csv is taken")
            return (standard, false)
        }
    }

    // MARK: - Bodies

    /// The body that parameters of version 2.0 make. The outer nil: the operation is refused; the inner: there is no body.
    mutating func body2(of operation: LocatedObject, _ list: ParameterList) -> (body: APIRequestBody?, Void)? {
        let types = mediaTypes2("consumes", operation)
        let fields = list.bodyParameters.filter { $0["in"]?.stringValue == "formData" }
        guard let whole = list.bodyParameters.first(where: { $0["in"]?.stringValue == "body" }) else {
            return (fields.isEmpty ? nil : form2(fields, types, operation), ())
        }
        if !fields.isEmpty {
            note(
                .warning, .invalidValue, at: operation.place, "an operation has either a body or form parameters; the body counts"
            )
        }
        let schema: JSON
        if let described = whole["schema"] {
            schema = rootSchema(described, at: whole.place.appending("schema"))
        } else {
            note(.warning, .missingPart, at: whole.place, "the body has no schema; it takes any value")
            schema = true
        }
        let body = APIRequestBody(
            place: whole.place, description: whole.description, isRequired: whole["required"]?.boolValue ?? false,
            contents: (types.isEmpty ? ["application/json"] : types).map {
                APIContent(mediaType: $0, place: whole.place, schema: schema, encodings: [:])
            })
        return (body, ())
    }

    /// The media types of an operation, or else of the document.
    private func mediaTypes2(_ name: String, _ operation: LocatedObject) -> [String] {
        let value =
            operation[name] ?? documents.documents[operation.place.document].root[name] ?? documents.documents[0].root[name]
        return value?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// A form of the fields, in the media types for forms that the operation takes; one with a file is multipart.
    private mutating func form2(_ fields: [LocatedObject], _ types: [String], _ operation: LocatedObject) -> APIRequestBody {
        var properties = JSONObject()
        var required: [JSON] = []
        var encodings: [String: PartEncoding] = [:]
        var hasFile = false
        for field in fields {
            guard let name = field["name"]?.stringValue, !name.isEmpty else {
                note(.warning, .invalidValue, at: field.place, "the parameter has no name, and is left out")
                continue
            }
            var schema = schema2(field)
            if let description = field.description { Self.describe(&schema, description) }
            properties[name] = schema
            if field["required"]?.boolValue == true { required.append(.string(name)) }
            if field["type"]?.stringValue == "file" { hasFile = true }
            if field["type"]?.stringValue == "array" {
                let style = collectionStyle(field, nil)
                encodings[name] = PartEncoding(style: style.style, explodes: style.explodes)
            }
        }
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required) }
        let standard = hasFile ? "multipart/form-data" : "application/x-www-form-urlencoded"
        let fitting = types.filter {
            let type = $0.lowercased()
            return type.hasPrefix("multipart/") || !hasFile && type.hasPrefix("application/x-www-form-urlencoded")
        }
        return APIRequestBody(
            place: operation.place.appending("parameters"), description: nil, isRequired: !required.isEmpty,
            contents: (fitting.isEmpty ? [standard] : fitting).map {
                APIContent(
                    mediaType: $0, place: operation.place.appending("parameters"), schema: .object(schema), encodings: encodings)
            })
    }

    /// Puts a description to a schema that has none.
    private static func describe(_ schema: inout JSON, _ description: String) {
        if schema.boolValue == true { schema = .object([:]) }
        if schema["description"] == nil { schema["description"] = .string(description) }
    }

    // MARK: - Responses

    /// The answers of an operation; each is in the media types that the operation produces.
    mutating func responses2(of operation: LocatedObject) -> [APIResponse] {
        let types = mediaTypes2("produces", operation)
        return readResponses(of: operation) { normaliser, described in
            guard let value = described["schema"] else { return [] }
            let isFile = value["type"]?.stringValue == "file"
            let place = described.place.appending("schema")
            let schema = normaliser.rootSchema(value, at: place)
            let standard = isFile ? "application/octet-stream" : "application/json"
            return (types.isEmpty ? [standard] : types).map {
                APIContent(mediaType: $0, place: place, schema: schema, encodings: [:])
            }
        }
    }
}
