internal import HTTPTypes
internal import Wire

/// The description of what the admin API serves, in Swagger 2.0, written from the table of operations.
enum SwaggerDocument {
    static let bytes = document.serializedBytes()

    static let document: JSON = [
        "swagger": "2.0",
        "info": ["title": "Portico admin API", "version": "1", "description": "Every answer is {success, message, data}."],
        "basePath": "/api",
        "consumes": ["application/json"],
        "produces": ["application/json"],
        "securityDefinitions": ["ApiKeyAuth": ["type": "apiKey", "name": "Authorization", "in": "header"]],
        "paths": .object(paths),
        "definitions": .object(definitions),
    ]

    private static var paths: JSONObject {
        var paths = JSONObject()
        for operation in OperationTable.standard.operations {
            let path = operation.pattern.description
            var item = paths[path]?.objectValue ?? JSONObject()
            item[operation.method.rawValue.lowercased()] = description(of: operation)
            paths[path] = .object(item)
        }
        return paths
    }

    private static func description(of operation: Operation) -> JSON {
        var parameters: [JSON] = []
        for segment in operation.pattern.segments {
            switch segment {
            case .literal: continue
            case .placeholder(let name), .rest(let name):
                parameters.append(["name": .string(name), "in": "path", "required": true, "type": "string"])
            }
        }
        for parameter in operation.query {
            var object: JSONObject = ["name": .string(parameter.name), "in": "query", "description": .string(parameter.summary)]
            if case .object(let type) = schema(parameter.type) { for (name, value) in type { object.append(name, value) } }
            parameters.append(.object(object))
        }
        if let body = operation.body {
            parameters.append(["name": "body", "in": "body", "required": true, "schema": schema(of: body)])
        }
        let envelope: JSON = [
            "type": "object",
            "properties": ["success": ["type": "boolean"], "message": ["type": "string"], "data": schema(operation.answer)],
        ]
        let failure: JSON = [
            "description": "success is false; message says what was wrong", "schema": ["$ref": "#/definitions/Failure"],
        ]
        var object: JSONObject = [
            "summary": .string(operation.summary), "parameters": .array(parameters),
            "responses": ["200": ["description": "done", "schema": envelope], "default": failure],
        ]
        if !operation.isPublic { object["security"] = [["ApiKeyAuth": []]] }
        return .object(object)
    }

    private static var definitions: JSONObject {
        let described: [DefinitionDescription] = [
            Definitions.group.description, Definitions.token.description, Definitions.channel.description,
            Definitions.channelBasics.description, Definitions.channelTest.description, Definitions.testResult.description,
            Definitions.channelType.description,
            Definitions.modelConfig.description, Definitions.timeouts.description, Definitions.price.description,
            Definitions.publicServer.description, Definitions.endpoints.description, Definitions.groupServer.description,
            Definitions.serverParameters.description, Definitions.embeddedServer.description,
            Definitions.offeredServer.description, Definitions.offeredServerDetail.description,
            Definitions.upstream.description, Definitions.log.description,
            Definitions.logs.description, Definitions.groupLogs.description, Definitions.requestDetail.description,
            Definitions.usage.description, Definitions.usageContext.description, Definitions.amount.description,
            DefinitionDescription(name: "Status", members: [("startTime", .integer)]),
            DefinitionDescription(name: "Failure", members: [("success", .boolean), ("message", .string)]),
        ]
        return JSONObject(described.map { ($0.name, object($0.members)) })
    }

    private static func schema(of body: BodyDescription) -> JSON {
        switch body {
        case .object(let name, let members): object(members, title: name)
        case .objects(let name, let members): ["type": "array", "items": object(members, title: name)]
        case .list(let type): ["type": "array", "items": schema(type)]
        }
    }

    private static func object(_ members: [(name: String, type: MemberType)], title: String? = nil) -> JSON {
        let properties = JSONObject(members.map { ($0.name, schema($0.type)) })
        var object: JSONObject = ["type": "object", "properties": .object(properties)]
        if let title { object["title"] = .string(title) }
        return .object(object)
    }

    private static func schema(_ type: MemberType) -> JSON {
        switch type {
        case .string: ["type": "string"]
        case .integer: ["type": "integer"]
        case .number: ["type": "number"]
        case .boolean: ["type": "boolean"]
        case .object, .none: ["type": "object"]
        case .list(let element): ["type": "array", "items": schema(element)]
        case .map(let value): ["type": "object", "additionalProperties": schema(value)]
        case .reference(let name): ["$ref": .string("#/definitions/" + name)]
        case .page(let member, let element): object([(member, .list(element)), ("total", .integer)])
        }
    }
}
