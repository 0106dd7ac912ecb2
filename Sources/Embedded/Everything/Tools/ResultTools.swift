import MCPServer
import Wire

/// Tools whose results are unusual in shape or size.
enum ResultTools {
    static let tools = [structured, list, links, big, unknownMembers, protocolError]

    private static let harmless = Tool.Annotations(readOnly: true, destructive: false, idempotent: true, openWorld: false)

    private static let structured = Tool(
        name: "structured_content", title: "Structured content",
        description: "Answers with weather that fits an output schema. The weather is made up.",
        inputSchema: Schema.object(["city": ["type": "string", "minLength": 1, "maxLength": 100]], required: ["city"]),
        outputSchema: Schema.object(
            [
                "city": ["type": "string"],
                "temperature": ["type": "number", "description": "In degrees Celsius"],
                "conditions": ["type": "string"], "humidity": ["type": "integer", "minimum": 0, "maximum": 100],
            ], required: ["city", "temperature", "conditions", "humidity"]),
        annotations: harmless
    ) { call in
        .structured([
            "city": call.arguments["city"] ?? "", "temperature": 22.5, "conditions": "Partly cloudy", "humidity": 65,
        ])
    }

    /// Structured content that is no object: possible since 2026-07-28. Older clients get it as text.
    private static let list = Tool(
        name: "structured_list", title: "Structured list", description: "Answers with a list as structured content.",
        inputSchema: Schema.object(["length": ["type": "integer", "minimum": 0, "maximum": 100, "default": 3]]),
        outputSchema: ["type": "array", "items": ["type": "integer"]], annotations: harmless
    ) { call in
        .structured(value: .array((0..<(call.arguments["length"]?.intValue ?? 3)).map { .integer($0 * $0) }))
    }

    private static let links = Tool(
        name: "resource_links", title: "Resource links", description: "Answers with links to resources of this server.",
        inputSchema: Schema.object(["count": ["type": "integer", "minimum": 1, "maximum": 10, "default": 3]]),
        annotations: harmless
    ) { call in
        let count = call.arguments["count"]?.intValue ?? 3
        let links = EverythingResources.catalogue.prefix(count).map { ContentBlock.link(to: $0) }
        return .blocks([.text("Here are \(count) links to resources of this server:")] + links)
    }

    private static let big = Tool(
        name: "big_result", title: "Big result", description: "Answers with a text of so many bytes.",
        inputSchema: Schema.object([
            "bytes": ["type": "integer", "minimum": 1, "maximum": 1_048_576, "default": 65_536]
        ]),
        annotations: harmless
    ) { call in
        let size = call.arguments["bytes"]?.intValue ?? 65_536
        let line = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.\n".utf8)
        return .text(String(decoding: (0..<size).map { line[$0 % line.count] }, as: UTF8.self))
    }

    /// What a proxy that reads messages into its own types loses: members that it does not know, at every level.
    private static let unknownMembers = Tool(
        name: "unknown_members", title: "Unknown members",
        description: "Has members that no revision knows, in its definition, its result and its error.",
        inputSchema: [
            "type": "object",
            "properties": [
                "as_error": ["type": "boolean", "default": false, "x-widget": ["kind": "toggle", "order": 1.0]]
            ],
            "x-form": ["columns": [1, 2, 3]],
        ],
        annotations: harmless, extra: ["x-vendor": ["since": 1.10, "flags": [true, .null]]]
    ) { call in
        let unknown: JSON = ["number": .number(JSONNumber("1.0e2") ?? JSONNumber(100)), "nested": ["list": [[], [:]]]]
        if call.arguments["as_error"]?.boolValue == true {
            throw MCPError(.custom(code: 4711), "An error with data of its own", data: ["x-vendor": unknown])
        }
        return ToolResult(
            content: [
                ["type": "text", "text": "unknown", "x-block": unknown],
                [
                    "type": "resource", "x-block": unknown,
                    "resource": ["uri": "test://unknown", "text": "unknown", "x-contents": unknown],
                ],
            ],
            structuredContent: ["x-structured": unknown], meta: ["example.com/unknown": unknown],
            extra: ["x-result": unknown])
    }

    private static let protocolError = Tool(
        name: "protocol_error", title: "Protocol error",
        description: "Ends with an error of the protocol instead of a result.",
        inputSchema: Schema.object([
            "code": ["type": "integer", "minimum": 1, "maximum": 1_000_000, "default": 4711]
        ]),
        annotations: harmless
    ) { call in
        let code = call.arguments["code"]?.intValue ?? 4711
        throw MCPError(.custom(code: code), "This error was asked for", data: ["code": .integer(code)])
    }
}
