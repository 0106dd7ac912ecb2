import MCPServer
import Wire

/// Tools that answer with each kind of content at once.
enum ContentTools {
    static let tools = [simpleText, image, audio, embedded, mixed, failing, fullSchema, header]

    private static let harmless = Tool.Annotations(readOnly: true, destructive: false, idempotent: true, openWorld: false)

    private static let simpleText = Tool(
        name: "test_simple_text", title: "Text", description: "Answers with a text.", inputSchema: Schema.none,
        annotations: harmless
    ) { _ in .text("This is a simple text response for testing.") }

    private static let image = Tool(
        name: "test_image_content", title: "Image", description: "Answers with an image.", inputSchema: Schema.none,
        annotations: harmless
    ) { _ in .blocks([Sample.image]) }

    private static let audio = Tool(
        name: "test_audio_content", title: "Sound", description: "Answers with a sound.", inputSchema: Schema.none,
        annotations: harmless
    ) { _ in .blocks([Sample.audio]) }

    private static let embedded = Tool(
        name: "test_embedded_resource", title: "Embedded resource",
        description: "Answers with a resource and what it holds.", inputSchema: Schema.none, annotations: harmless
    ) { _ in
        .blocks([.resource(.text("This is an embedded resource content.", uri: "test://embedded-resource"))])
    }

    private static let mixed = Tool(
        name: "test_multiple_content_types", title: "Several kinds of content",
        description: "Answers with a text, an image and a resource.", inputSchema: Schema.none, annotations: harmless
    ) { _ in
        .blocks([
            .text("Multiple content types test:"), Sample.image,
            .resource(
                .text(#"{"test":"data","value":123}"#, uri: "test://mixed-content-resource", mimeType: "application/json")),
        ])
    }

    private static let failing = Tool(
        name: "test_error_handling", title: "Failure", description: "Always fails, in a way that a model can read.",
        inputSchema: Schema.none, annotations: harmless
    ) { _ in .failure("This tool intentionally returns an error for testing") }

    /// Its schema has what simple readers of JSON Schema lose: it must reach a client as it stands here.
    private static let fullSchema = Tool(
        name: "json_schema_2020_12_tool", title: "JSON Schema 2020-12",
        description: "Repeats a contact whose schema uses references, anchors and conditions.",
        inputSchema: [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "$defs": [
                "address": [
                    "$anchor": "addressDef", "type": "object",
                    "properties": ["street": ["type": "string"], "city": ["type": "string"]],
                ]
            ],
            "properties": [
                "name": ["type": "string"], "address": ["$ref": "#/$defs/address"],
                "contactMethod": ["type": "string", "enum": ["phone", "email"]],
                "phone": ["type": "string"], "email": ["type": "string"],
            ],
            "allOf": [["anyOf": [["required": ["phone"]], ["required": ["email"]]]]],
            "if": ["properties": ["contactMethod": ["const": "phone"]], "required": ["contactMethod"]],
            "then": ["required": ["phone"]],
            "else": ["required": ["email"]],
            "additionalProperties": false,
        ],
        annotations: harmless
    ) { call in .structured(call.arguments) }

    /// A client repeats the argument in the header `Mcp-Param-Region` (2026-07-28), which the endpoint compares.
    private static let header = Tool(
        name: "test_x_mcp_header", title: "Argument in a header",
        description: "Repeats a region that travels in a header too.",
        inputSchema: Schema.object([
            "region": ["type": "string", "description": "Any region", "x-mcp-header": "Region"]
        ]),
        annotations: harmless
    ) { call in .text("Region: \(call.arguments["region"]?.stringValue ?? "none")") }
}
