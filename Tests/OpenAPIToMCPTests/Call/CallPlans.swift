import MCPServer
import Outbound
import Testing
import Wire

@testable import OpenAPIToMCP

/// Plans written by hand, as the planner would make them.
enum CallPlans {
    static let server = "https://api.example.com/v1"

    static func parameter(
        _ name: String, _ location: APIParameter.Location, _ style: ParameterStyle, explodes: Bool, reserved: Bool = false,
        empty: Bool = false, required: Bool = false, mediaType: String? = nil, argument: String? = nil
    ) -> ParameterPlan {
        ParameterPlan(
            argument: argument ?? name, name: name, location: location, style: style, explodes: explodes,
            allowsReserved: reserved,
            allowsEmptyValue: empty, isRequired: required || location == .path, mediaType: mediaType)
    }

    static func tool(
        _ method: String = "GET", _ path: String = "/things", _ parameters: [ParameterPlan] = [], body: BodyPlan? = nil,
        outputSchema: JSONObject? = nil, wraps: Bool = false, responses: [APIResponse] = [], accept: String = ""
    ) -> ToolPlan {
        ToolPlan(
            name: "tool", title: nil, description: "A tool.", inputSchema: ["type": "object"], outputSchema: outputSchema,
            annotations: Tool.Annotations(),
            request: RequestPlan(
                method: method, path: path, servers: [], parameters: parameters, body: body, security: []),
            result: ResultPlan(accept: accept, wraps: wraps, responses: responses))
    }

    static func body(
        _ form: BodyPlan.Form, _ mediaType: String, _ members: [MemberPlan], required: Bool = true, schema: JSON = true
    ) -> BodyPlan {
        BodyPlan(isRequired: required, mediaType: mediaType, form: form, source: .members(members), schema: schema)
    }

    static func whole(_ form: BodyPlan.Form, _ mediaType: String, required: Bool = true, schema: JSON = true) -> BodyPlan {
        BodyPlan(isRequired: required, mediaType: mediaType, form: form, source: .whole(argument: "body"), schema: schema)
    }

    static func member(
        _ name: String, _ schema: JSON = ["type": "string"], _ encoding: PartEncoding? = nil, required: Bool = false
    ) -> MemberPlan {
        MemberPlan(argument: name, name: name, isRequired: required, encoding: encoding, schema: schema)
    }

    static var options: RequestOptions {
        var options = RequestOptions()
        options.boundary = { "XX" }
        return options
    }

    /// What goes out, as text: method and URL, fields, body.
    static func sent(
        _ tool: ToolPlan, _ arguments: JSONObject, schemas: SchemaTable = SchemaTable(), options: RequestOptions = Self.options
    ) throws -> (url: String, headers: [String], body: String) {
        let request = try RequestBuilder.request(tool, arguments: arguments, server: server, schemas: schemas, options: options)
        return (
            String(request.url.dropFirst(server.count)), request.headers.map { "\($0.name): \($0.value)" },
            String(decoding: request.body, as: UTF8.self)
        )
    }

    /// What is said of arguments that can't be sent.
    static func fault(
        _ tool: ToolPlan, _ arguments: JSONObject, schemas: SchemaTable = SchemaTable(), server: String = Self.server,
        options: RequestOptions = Self.options
    ) -> CallFault? {
        do throws(CallFault) {
            _ = try RequestBuilder.request(tool, arguments: arguments, server: server, schemas: schemas, options: options)
            return nil
        } catch {
            return error
        }
    }
}
