import Wire

/// The arguments of one tool: their schema, and where each of them goes.
struct ToolArguments {
    private struct Argument {
        let name: String
        let schema: JSON
        let description: String?
        let isRequired: Bool
        let isDeprecated: Bool
    }

    private(set) var parameters: [ParameterPlan] = []
    private(set) var body: BodyPlan?
    private var arguments: [Argument] = []
    /// Of a form that may be left out, but not in part: with any of its members, those that it requires.
    private var dependencies = JSONObject()

    init(_ operation: APIOperation, _ view: SchemaView, leavingOut left: Set<Int>) {
        let used = operation.parameters.enumerated().filter { !left.contains($0.offset) }.map(\.element)
        let bodyArguments = operation.body.flatMap { BodyArguments($0, view) }
        var wanted = used.map { ArgumentNames.Wanted(name: $0.name, origin: .init($0.location)) }
        switch bodyArguments?.source {
        case .members(let members): wanted += members.map { ArgumentNames.Wanted(name: $0.name, origin: .body) }
        case .whole: wanted.append(ArgumentNames.Wanted(name: "body", origin: .body))
        case nil: break
        }
        let names = ArgumentNames.resolve(wanted)

        for (parameter, name) in zip(used, names) { add(parameter, as: name) }
        if let bodyArguments { add(bodyArguments, as: Array(names[used.count...]), view.table) }
    }

    /// What a model sees of them in that view; the definitions that it refers to are not in it.
    func root(_ view: SchemaView) -> JSONObject {
        var properties = JSONObject()
        var required: [JSON] = []
        for argument in arguments {
            properties[argument.name] = property(argument, view)
            if argument.isRequired { required.append(.string(argument.name)) }
        }
        var root: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { root["required"] = .array(required) }
        if !dependencies.isEmpty { root["dependentRequired"] = .object(dependencies) }
        root["additionalProperties"] = false
        return root
    }

    private func property(_ argument: Argument, _ view: SchemaView) -> JSON {
        let schema = view.schema(argument.schema, name: argument.name)
        guard var object = schema.objectValue else { return schema }
        // What the operation says of it is nearer than what the schema says.
        if let text = argument.description.flatMap({ view.text(.string($0)) }) { object["description"] = text }
        if argument.isDeprecated { object["deprecated"] = true }
        return .object(object)
    }

    private mutating func add(_ parameter: APIParameter, as name: String) {
        parameters.append(
            ParameterPlan(
                argument: name, name: parameter.name, location: parameter.location, style: parameter.style,
                explodes: parameter.explodes,
                allowsReserved: parameter.allowsReserved, allowsEmptyValue: parameter.allowsEmptyValue,
                isRequired: parameter.isRequired,
                mediaType: parameter.mediaType))
        arguments.append(
            Argument(
                name: name, schema: parameter.schema, description: parameter.description, isRequired: parameter.isRequired,
                isDeprecated: parameter.isDeprecated))
    }

    private mutating func add(_ source: BodyArguments, as names: [String], _ table: SchemaTable) {
        let isRequired = source.body.isRequired
        let planned: BodyPlan.Source
        switch source.source {
        case .members(let members):
            planned = .members(
                zip(members, names).map { member, name in
                    MemberPlan(
                        argument: name, name: member.name, isRequired: member.isRequired && isRequired, encoding: member.encoding,
                        schema: member.schema, isFile: member.isFile)
                })
            for (member, name) in zip(members, names) {
                arguments.append(
                    Argument(
                        name: name, schema: member.isFile ? FileSchema.argument(member.schema, table) : member.schema,
                        description: nil,
                        isRequired: member.isRequired && isRequired, isDeprecated: false))
            }
            if !isRequired { depend(on: zip(members, names).filter(\.0.isRequired).map(\.1), names) }
        case .whole(let schema):
            planned = .whole(argument: names[0])
            let texts = [source.body.description, source.mediaType.form == .octets ? FileSchema.note : nil].compactMap { $0 }
            arguments.append(
                Argument(
                    name: names[0], schema: schema, description: texts.isEmpty ? nil : texts.joined(separator: " "),
                    isRequired: isRequired,
                    isDeprecated: false))
        }
        body = BodyPlan(
            isRequired: isRequired, mediaType: source.mediaType.value, form: source.mediaType.form, source: planned,
            schema: source.content.schema)
    }

    private mutating func depend(on required: [String], _ names: [String]) {
        for name in names {
            let others = required.filter { $0 != name }
            if !others.isEmpty { dependencies[name] = .array(others.map { .string($0) }) }
        }
    }
}
