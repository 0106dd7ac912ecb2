internal import Directory
internal import HTTPTypes
internal import OpenAPIToMCP
internal import Wire

extension OperationTable {
    static let documentOperations: [Operation] = [
        Operation(
            .post, "/mcp/openapi/preview",
            "Compiles an OpenAPI document without saving it: the tools it becomes, and every diagnostic with its place. 400 where it becomes none.",
            body: .object(
                "OpenAPIPreviewRequest",
                [
                    ("openapi_spec", .string), ("openapi_content", .string), ("server_addr", .string), ("include", .object),
                    ("exclude", .object),
                ]),
            answer: .object, changesDirectory: false
        ) { call, services in
            guard let previewer = services.previewer else {
                throw AdminFailure(.serviceUnavailable, "documents can't be compiled here")
            }
            let target: DocumentTarget
            do {
                target = DocumentTarget(try DocumentConfiguration(try call.object().members, at: "body"))
                _ = try Credentials(target, at: "body")
            } catch let fault as ServerFault {
                throw AdminFailure.wrong(fault.member, expected: fault.expected)
            }
            let preview = await previewer.preview(target)
            if let failure = preview.failure { throw AdminFailure(.badRequest, failure, data: .object(preview.report)) }
            return .object(preview.report)
        }
    ]
}
