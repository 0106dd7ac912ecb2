import MCPServer
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Arguments of tools")
struct ArgumentTests {
    private func names(_ wanted: [(String, ArgumentNames.Origin)]) -> [String] {
        ArgumentNames.resolve(wanted.map { ArgumentNames.Wanted(name: $0.0, origin: $0.1) })
    }

    @Test("names stay as they are; a clash is resolved by the place, and the path keeps the name")
    func clash() {
        #expect(names([("limit", .query), ("X-Request-ID", .header)]) == ["limit", "X-Request-ID"])
        #expect(
            names([("id", .body), ("id", .query), ("id", .path), ("id", .header)]) == ["body_id", "query_id", "id", "header_id"])
        #expect(names([("id", .query), ("id", .body)]) == ["id", "body_id"])
    }

    @Test("what models can't say is written otherwise, in one way whatever the order")
    func sanitised() {
        #expect(names([("filter[name]", .query), ("$top", .query), ("a.b", .query)]) == ["filter_name", "top", "a.b"])
        let forth = names([("a[b]", .query), ("a_b", .query)])
        let back = names([("a_b", .query), ("a[b]", .query)])
        #expect(forth == back.reversed() && forth[1] == "a_b" && Set(forth).count == 2)
        let taken = names([("id", .path), ("id", .query), ("query_id", .query)])
        #expect(taken[0] == "id" && taken[2] == "query_id" && Set(taken).count == 3)
        let odd = names([("…", .query), (String(repeating: "long", count: 30), .query)])
        #expect(odd.allSatisfy(PlainName.isArgumentName) && Set(odd).count == 2)
    }

    @Test("the schema of the arguments is closed, with descriptions where the operation says them")
    func schema() throws {
        let tool = try PlanFixture(
            APIOperation(
                "GET", "/pets/{id}",
                [
                    APIParameter("id", .path, ["type": "integer", "format": "int64"], description: "The <b>pet</b>."),
                    APIParameter("filter[name]", .query, ["$ref": "#/$defs/Name"], description: "Whose name."),
                ]), schemas: ["Name": ["type": "string", "minLength": 1, "description": "A name."]]
        ).tool()
        #expect(
            tool.inputSchema == [
                "type": "object",
                "properties": [
                    "id": ["type": "integer", "description": "The pet."],
                    "filter_name": ["type": "string", "minLength": 1, "description": "Whose name."],
                ],
                "required": ["id"], "additionalProperties": false,
            ])
        #expect(tool.request.parameters.map(\.argument) == ["id", "filter_name"])
        #expect(tool.request.parameters.map(\.name) == ["id", "filter[name]"])
        #expect(tool.name == "get_pets_by_id" && tool.operation == "GET /pets/{id}")
    }

    @Test("credentials of the operator and fields of the connection are no arguments")
    func reserved() throws {
        var fixture = PlanFixture(
            APIOperation(
                "GET", "/a", [APIParameter("x-api-key", .header), APIParameter("Host", .header), APIParameter("key", .query)]
            ).with {
                $0.security = [[SecurityUse(scheme: "key", scopes: [])]]
            })
        fixture.api.securitySchemes = ["key": .apiKey(name: "X-API-Key", location: .header)]
        let (tools, _, log) = fixture.plan()
        #expect(tools[0].request.parameters.map(\.name) == ["key"])
        #expect(log.map(\.code) == [.reservedParameter, .reservedParameter])
    }

    @Test("members of a JSON body are arguments where that says the same")
    func lifted() throws {
        let pet: JSON = [
            "type": "object", "required": ["name", "id"],
            "properties": ["id": ["type": "integer", "readOnly": true], "name": ["type": "string"], "tag": ["type": "string"]],
        ]
        let tool = try PlanFixture(
            APIOperation(
                "PUT", "/pets/{name}", [APIParameter("name", .path)],
                body: APIRequestBody(["application/json": ["$ref": "#/$defs/Pet"]])),
            schemas: ["Pet": pet]
        ).tool()
        #expect(tool.inputSchema["properties"]?.objectValue?.names == ["name", "body_name", "tag"])
        #expect(tool.inputSchema["required"] == ["name", "body_name"] && tool.inputSchema["$defs"] == nil)
        let body = try #require(tool.request.body)
        guard case .members(let members) = body.source else { throw Unexpected() }
        #expect(members.map(\.argument) == ["body_name", "tag"] && members.map(\.name) == ["name", "tag"])
        #expect(members.map(\.isRequired) == [true, false] && body.form == .json && body.mediaType == "application/json")
    }

    @Test("parts of an object are lifted together")
    func parts() throws {
        let schema: JSON = [
            "allOf": [
                ["$ref": "#/$defs/Base"], ["type": "object", "properties": ["b": ["type": "string"]]], ["required": ["b"]],
            ]
        ]
        let tool = try PlanFixture(
            APIOperation("POST", "/a", body: APIRequestBody(["application/json": schema])),
            schemas: ["Base": ["type": "object", "properties": ["a": ["type": "integer"]]]]
        ).tool()
        #expect(tool.inputSchema["properties"] == ["a": ["type": "integer"], "b": ["type": "string"]])
        #expect(tool.inputSchema["required"] == ["b"])
    }

    @Test(
        "a body is one argument where its members would not say the same",
        arguments: [
            (["type": "array", "items": ["type": "string"]], true), (["type": "object"], true),
            (["type": "object", "properties": ["a": [:]], "additionalProperties": ["type": "string"]], true),
            (["type": "object", "properties": ["a": [:]], "minProperties": 1], true),
            (["type": ["object", "null"], "properties": ["a": [:]]], true),
            (["type": "object", "properties": ["a": [:]], "anyOf": [["required": ["a"]], ["required": ["b"]]]], true),
            (["type": "object", "properties": ["a": [:]], "required": ["a"]], false), (true, true),
        ] as [(JSON, Bool)])
    func whole(schema: JSON, isRequired: Bool) throws {
        let tool = try PlanFixture(
            APIOperation("POST", "/a", body: APIRequestBody(["application/json": schema], required: isRequired))
        ).tool()
        #expect(tool.inputSchema["properties"]?.objectValue?.names == ["body"])
        #expect(tool.inputSchema["required"] == (isRequired ? ["body"] : nil))
        guard case .whole(let argument)? = tool.request.body?.source else { throw Unexpected() }
        #expect(argument == "body" && faults(in: tool.inputSchema).isEmpty)
    }

    @Test(
        "of several content types the one is taken that says most",
        arguments: [
            (["text/plain", "application/xml", "application/json"], "application/json", .json),
            (["application/json-patch+json", "application/json"], "application/json", .json),
            (["application/merge-patch+json"], "application/merge-patch+json", .json), (["*/*"], "application/json", .json),
            (["application/x-www-form-urlencoded", "multipart/form-data"], "multipart/form-data", .multipart),
            (["application/octet-stream", "text/csv"], "text/csv", .text), (["image/*"], "application/octet-stream", .octets),
            (["application/atom+xml"], "application/atom+xml", .xml), (["application/x-ndjson"], "application/x-ndjson", .text),
        ] as [([String], String, BodyPlan.Form)])
    func contentType(offered: [String], taken: String, form: BodyPlan.Form) throws {
        let place = Place(document: 0, pointer: .root)
        let body = APIRequestBody(
            place: place, description: nil, isRequired: true,
            contents: offered.map {
                APIContent(mediaType: $0, place: place.appending($0), schema: ["type": "object"], encodings: [:])
            })
        let (tools, _, log) = PlanFixture(APIOperation("POST", "/a", body: body)).plan()
        #expect(tools[0].request.body?.mediaType == taken && tools[0].request.body?.form == form)
        #expect(log.count { $0.code == .unusedContent } == offered.count - 1)
    }

    @Test("files of a form are base64 or data URIs; a form is lifted whatever else it says")
    func files() throws {
        let schema: JSON = [
            "type": "object", "required": ["file"], "additionalProperties": true,
            "properties": [
                "file": ["type": "string", "format": "binary", "description": "The picture"],
                "more": ["type": "array", "items": ["type": "string", "contentMediaType": "image/png"]],
                "icon": true, "note": ["type": "string"],
            ],
        ]
        let encodings = ["icon": PartEncoding(contentType: "image/png, image/gif")]
        let tool = try PlanFixture(
            APIOperation("POST", "/a", body: APIRequestBody(["multipart/form-data": schema], encodings: encodings))
        ).tool()
        let properties = try #require(tool.inputSchema["properties"]?.objectValue)
        #expect(
            properties["file"] == [
                "type": "string", "contentEncoding": "base64",
                "description": "The picture. Base64 or a data URI (data:TYPE;base64,...).",
            ])
        #expect(
            properties["more"]?["items"]?["contentEncoding"] == "base64" && properties["icon"]?["contentEncoding"] == "base64")
        #expect(properties["note"] == ["type": "string"] && tool.inputSchema["required"] == ["file"])
        guard case .members(let members)? = tool.request.body?.source else { throw Unexpected() }
        #expect(members.map(\.isFile) == [true, true, true, false])
    }

    @Test("a form that may be left out may not be left out in part")
    func optionalForm() throws {
        let schema: JSON = [
            "type": "object", "required": ["id", "to"],
            "properties": ["id": ["type": "string"], "to": ["type": "string"], "note": ["type": "string"]],
        ]
        let body = APIRequestBody(["application/x-www-form-urlencoded": schema], required: false)
        let tool = try PlanFixture(APIOperation("POST", "/a/{id}", [APIParameter("id", .path)], body: body)).tool()
        #expect(tool.inputSchema["required"] == ["id"])
        #expect(
            tool.inputSchema["dependentRequired"] == [
                "body_id": ["to"], "to": ["body_id"], "note": ["body_id", "to"],
            ])
        #expect(faults(in: tool.inputSchema).isEmpty)
    }

    @Test("bytes and text are one argument")
    func plain() throws {
        let bytes = try PlanFixture(
            APIOperation("PUT", "/a", body: APIRequestBody(["application/octet-stream": ["type": "string", "format": "binary"]]))
        ).tool()
        #expect(bytes.inputSchema["properties"]?["body"]?["contentEncoding"] == "base64")
        let text = try PlanFixture(APIOperation("PUT", "/a", body: APIRequestBody(["text/plain": true]))).tool()
        #expect(text.inputSchema["properties"] == ["body": ["type": "string"]])
    }

    @Test("a method says what a client may assume")
    func annotations() {
        #expect(
            MethodAnnotations.annotations(of: "GET").readOnly == true
                && MethodAnnotations.annotations(of: "HEAD").idempotent == true)
        let put = MethodAnnotations.annotations(of: "PUT")
        #expect(put.destructive == true && put.idempotent == true && put.readOnly == false)
        #expect(MethodAnnotations.annotations(of: "DELETE") == put)
        #expect(MethodAnnotations.annotations(of: "PATCH").idempotent == false)
        #expect(
            MethodAnnotations.annotations(of: "POST").destructive == nil
                && MethodAnnotations.annotations(of: "POST").openWorld == true)
    }

    private struct Unexpected: Error {}
}
