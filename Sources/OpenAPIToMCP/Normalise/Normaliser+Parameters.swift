import Wire

/// The parameters of an operation or a path, as far as they could be read.
struct ParameterList {
    var parameters: [APIParameter] = []
    /// Those of version 2.0 that make a body.
    var bodyParameters: [LocatedObject] = []
    /// Why an operation with this list can't be compiled.
    var fault: String?
}

extension APIParameter {
    /// A required parameter that only the path knows.
    fileprivate static func undescribed(_ name: String, _ location: Location, at place: Place, _ schema: JSON) -> APIParameter {
        APIParameter(
            name: name, location: location, place: place, description: nil, isRequired: true, isDeprecated: false,
            style: Normaliser.standardStyle(location), explodes: location == .query, allowsReserved: false,
            allowsEmptyValue: false,
            schema: schema, mediaType: nil)
    }
}

extension Normaliser {
    /// What reading one parameter gave.
    private enum Reading {
        case parameter(APIParameter)
        case body(LocatedObject)
        /// It has no effect, or nothing is lost without it.
        case dropped
        /// The operation can't be called without it.
        case broken
    }

    /// An object's name and where it goes: no two parameters of one operation share these.
    private struct Key: Hashable {
        let name: String
        let location: String
    }

    /// The parameters that a path gives to all of its operations.
    mutating func pathParameters(_ item: PathItem) -> ParameterList {
        guard let field = item.field("parameters") else { return ParameterList() }
        return parameterList(field.value, at: field.place)
    }

    /// The parameters of an operation: its own, the path's where it has none of that name and place, and those that only the path's
    /// template knows; nil, with an error, where it can't be called.
    mutating func parameters(of operation: LocatedObject, _ context: PathContext) -> ParameterList? {
        var list =
            operation["parameters"].map { parameterList($0, at: operation.place.appending("parameters")) } ?? ParameterList()
        var known = Set(list.parameters.map { Key(name: $0.name, location: $0.location.rawValue) })
        known.formUnion(list.bodyParameters.map(Self.key))
        for parameter in context.parameters.parameters
        where known.insert(Key(name: parameter.name, location: parameter.location.rawValue)).inserted {
            list.parameters.append(parameter)
        }
        for parameter in context.parameters.bodyParameters where known.insert(Self.key(parameter)).inserted {
            list.bodyParameters.append(parameter)
        }
        if let fault = list.fault ?? context.parameters.fault {
            refuse(operation.place, fault)
            return nil
        }
        guard list.parameters.count + list.bodyParameters.count <= limits.parameters else {
            refuse(operation.place, "it has more than \(limits.parameters) parameters")
            return nil
        }
        matchTemplate(&list.parameters, operation.place, context)
        for (name, value) in context.template.query
        where known.insert(Key(name: name, location: APIParameter.Location.query.rawValue)).inserted {
            list.parameters.append(
                .undescribed(name, .query, at: operation.place, ["type": "string", "const": .string(value)]))
        }
        return list
    }

    private static func key(_ body: LocatedObject) -> Key {
        // A body has no name that counts: an operation has but one.
        let location = body["in"]?.stringValue ?? ""
        return Key(name: location == "body" ? "" : body["name"]?.stringValue ?? "", location: location)
    }

    /// Path parameters and the template's names are made to agree (OpenAPI 3.1 §4.8.12.1).
    private mutating func matchTemplate(_ parameters: inout [APIParameter], _ operation: Place, _ context: PathContext) {
        var missing = Set(context.template.names)
        var unused: [APIParameter] = []
        parameters.removeAll { parameter in
            guard parameter.location == .path, missing.remove(parameter.name) == nil else { return false }
            unused.append(parameter)
            return true
        }
        for parameter in unused {
            note(
                .warning, .unusedParameter, at: parameter.place,
                "the path \(context.template.path.prefix(200)) has no {\(parameter.name.prefix(80))}, and the parameter is left out"
            )
        }
        for name in context.template.names where missing.contains(name) {
            note(
                .warning, .undeclaredParameter, at: operation,
                "{\(name.prefix(80))} of the path is no parameter; it is taken as a string",
                advice: "describe it among the parameters")
            parameters.append(.undescribed(name, .path, at: operation, ["type": "string"]))
        }
    }

    // MARK: - One list

    private mutating func parameterList(_ value: JSON, at place: Place) -> ParameterList {
        var list = ParameterList()
        guard let elements = value.arrayValue else {
            note(.warning, .invalidValue, at: place, "parameters must be a list")
            list.fault = "its parameters can't be read"
            return list
        }
        guard elements.count <= limits.parameters else {
            list.fault = "it has more than \(limits.parameters) parameters"
            return list
        }
        var known: Set<Key> = []
        for (index, element) in elements.enumerated() {
            let place = place.appending(index)
            switch parameter(element, at: place) {
            case .parameter(let parameter):
                if known.insert(Key(name: parameter.name, location: parameter.location.rawValue)).inserted {
                    list.parameters.append(parameter)
                } else {
                    noteDuplicate(parameter.name, at: place)
                }
            case .body(let parameter):
                if known.insert(Self.key(parameter)).inserted {
                    list.bodyParameters.append(parameter)
                } else {
                    noteDuplicate(parameter["name"]?.stringValue ?? "body", at: place)
                }
            case .dropped: break
            case .broken: list.fault = list.fault ?? "its parameter at \(place.pointer) can't be used"
            }
        }
        return list
    }

    private mutating func noteDuplicate(_ name: String, at place: Place) {
        note(.warning, .duplicateParameter, at: place, "the parameter \(name.prefix(80)) is there twice; the first counts")
    }

    private mutating func parameter(_ value: JSON, at place: Place) -> Reading {
        // Whether one that is not found is required nobody can tell.
        guard let described = followed(value, at: place, "a parameter") else { return .broken }
        let isVersion2 = versions[described.place.document] == .swagger2
        let isRequired = described["required"]?.boolValue ?? false
        guard let name = described["name"]?.stringValue, !name.isEmpty else {
            return fault(described, isRequired, "the parameter has no name")
        }
        guard let text = described["in"]?.stringValue else {
            return fault(described, isRequired, "the parameter does not say where it goes", advice: "give it `in`")
        }
        if isVersion2, text == "body" || text == "formData" { return .body(described) }
        guard let location = APIParameter.Location(rawValue: text), !isVersion2 || location != .cookie else {
            return fault(described, isRequired, "a parameter can't go in \(text.prefix(40))")
        }
        if location == .header, Self.ignoredHeaders.contains(name.lowercased()) {
            note(
                .note, .ignoredParameter, at: described.place,
                "\(name) is not described by a parameter, but by media types and security schemes, so that this one has no effect"
            )
            return .dropped
        }
        if location == .path, !isRequired {
            note(.note, .optionalPathParameter, at: described.place, "a path parameter is always required")
        }
        var parameter = APIParameter(
            name: name, location: location, place: described.place, description: described.description,
            isRequired: isRequired || location == .path, isDeprecated: described["deprecated"]?.boolValue ?? false,
            style: Self.standardStyle(location), explodes: false,
            allowsReserved: location == .query && described["allowReserved"]?.boolValue == true,
            allowsEmptyValue: location == .query && described["allowEmptyValue"]?.boolValue == true, schema: true, mediaType: nil)
        if isVersion2 {
            describe2(&parameter, described)
        } else {
            readStyle(&parameter, described)
            readSchema(&parameter, described)
        }
        return .parameter(parameter)
    }

    /// Header parameters of these names are ignored (OpenAPI 3.1 §4.8.12.1).
    private static let ignoredHeaders: Set<String> = ["accept", "content-type", "authorization"]

    private mutating func fault(
        _ described: LocatedObject, _ isRequired: Bool, _ message: String, advice: String? = nil
    ) -> Reading {
        let isNeeded = isRequired || described["in"]?.stringValue == "path"
        note(
            isNeeded ? .error : .warning, .invalidValue, at: described.place, isNeeded ? message : message + ", and is left out",
            advice: advice)
        return isNeeded ? .broken : .dropped
    }

    // MARK: - Style

    /// The style of a parameter that says none (OpenAPI 3.1 §4.8.12.2).
    static func standardStyle(_ location: APIParameter.Location) -> ParameterStyle {
        switch location {
        case .query, .cookie: .form
        case .path, .header: .simple
        }
    }

    private static func styles(_ location: APIParameter.Location) -> [ParameterStyle] {
        switch location {
        case .path: [.matrix, .label, .simple]
        case .query: [.form, .spaceDelimited, .pipeDelimited, .deepObject]
        case .header: [.simple]
        case .cookie: [.form]
        }
    }

    private mutating func readStyle(_ parameter: inout APIParameter, _ described: LocatedObject) {
        if let value = described["style"] {
            if let style = value.stringValue.flatMap(ParameterStyle.init), Self.styles(parameter.location).contains(style) {
                parameter.style = style
            } else {
                note(
                    .warning, .invalidStyle, at: described.place.appending("style"),
                    "a \(parameter.location) parameter can't have this style; \(parameter.style) is taken")
            }
        }
        parameter.explodes = described["explode"]?.boolValue ?? (parameter.style == .form || parameter.style == .deepObject)
    }

    // MARK: - Schema

    private mutating func readSchema(_ parameter: inout APIParameter, _ described: LocatedObject) {
        let place = described.place
        if let schema = described["schema"] {
            if described["content"] != nil {
                note(.warning, .invalidValue, at: place, "the parameter has both a schema and content; the schema counts")
            }
            parameter.schema = rootSchema(schema, at: place.appending("schema"))
        } else if let contents = described["content"]?.objectValue, let (type, content) = contents.first(where: { _ in true }) {
            let place = place.appending("content").appending(type)
            if contents.count > 1 {
                note(.warning, .invalidValue, at: place, "the parameter has more than one content; the first counts")
            }
            parameter.mediaType = type
            if let media = followed(content, at: place, "a media type"), let schema = media["schema"] {
                parameter.schema = rootSchema(schema, at: media.place.appending("schema"))
            }
        } else {
            note(.warning, .missingPart, at: place, "the parameter has no schema; it takes any value")
        }
        addExamples(of: described, to: &parameter.schema)
    }

    /// How many of a parameter's examples its schema gets.
    private static let mostExamples = 3

    /// Examples that stand beside a schema are examples of it. A reference stays alone, so that it is known as one.
    private mutating func addExamples(of described: LocatedObject, to schema: inout JSON) {
        guard described["example"] != nil || described["examples"] != nil, schema["$ref"] == nil, schema["examples"] == nil,
            schema.objectValue != nil
        else { return }
        var values: [JSON] = []
        if let value = described["example"] { values.append(value) }
        for (name, example) in described["examples"]?.objectValue ?? [:] where values.count < Self.mostExamples {
            let place = described.place.appending("examples").appending(name)
            if let value = followed(example, at: place, "an example")?["value"] { values.append(value) }
        }
        if !values.isEmpty { schema["examples"] = .array(values) }
    }
}
