import MCPServer
import Wire

/// Tools that ask their client one thing. They read the same whether the client is asked live or by value.
enum AskingTools {
    static let tools = [sampling, elicitation, defaults, enums, missingCapability]

    private static let sampling = Tool(
        name: "test_sampling", title: "Sampling", description: "Lets the client's model answer a prompt.",
        inputSchema: Schema.object(
            ["prompt": ["type": "string", "description": "What to ask the model", "maxLength": 10_000]],
            required: ["prompt"])
    ) { call in
        let prompt = call.arguments["prompt"]?.stringValue ?? ""
        return .text("LLM response: \(try await call.interview.sample("sampling", prompt, maximumTokens: 100))")
    }

    private static let elicitation = Tool(
        name: "test_elicitation", title: "Elicitation", description: "Asks the user for a name and an address.",
        inputSchema: Schema.object(
            ["message": ["type": "string", "description": "What to tell the user", "maxLength": 10_000]],
            required: ["message"])
    ) { call in
        let elicited = try await call.interview.elicit(
            "elicitation", call.arguments["message"]?.stringValue ?? "",
            schema: Schema.object(
                [
                    "username": ["type": "string", "description": "User's response"],
                    "email": ["type": "string", "description": "User's email address"],
                ], required: ["username", "email"]))
        return elicited.result
    }

    private static let defaults = Tool(
        name: "test_elicitation_sep1034_defaults", title: "Elicitation with defaults",
        description: "Asks the user by a form whose fields have defaults.", inputSchema: Schema.none
    ) { call in
        try await call.interview.elicit(
            "defaults", "Please review and update the form fields with defaults",
            schema: Schema.object([
                "name": ["type": "string", "description": "User name", "default": "John Doe"],
                "age": ["type": "integer", "description": "User age", "default": 30],
                "score": ["type": "number", "description": "User score", "default": 95.5],
                "status": [
                    "type": "string", "description": "User status", "enum": ["active", "inactive", "pending"],
                    "default": "active",
                ],
                "verified": ["type": "boolean", "description": "Verification status", "default": true],
            ])
        ).result
    }

    private static let enums = Tool(
        name: "test_elicitation_sep1330_enums", title: "Elicitation with choices",
        description: "Asks the user by a form with each kind of choice.", inputSchema: Schema.none
    ) { call in
        try await call.interview.elicit("enums", "Please select options", schema: Schema.object(choices)).result
    }

    /// Each kind of choice that a form may have.
    static let choices: JSONObject = [
        "untitledSingle": ["type": "string", "enum": ["option1", "option2", "option3"]],
        "titledSingle": [
            "type": "string",
            "oneOf": [
                ["const": "value1", "title": "First Option"], ["const": "value2", "title": "Second Option"],
                ["const": "value3", "title": "Third Option"],
            ],
        ],
        "legacyEnum": [
            "type": "string", "enum": ["opt1", "opt2", "opt3"],
            "enumNames": ["Option One", "Option Two", "Option Three"],
        ],
        "untitledMulti": ["type": "array", "items": ["type": "string", "enum": ["option1", "option2", "option3"]]],
        "titledMulti": [
            "type": "array",
            "items": [
                "anyOf": [
                    ["const": "value1", "title": "First Choice"], ["const": "value2", "title": "Second Choice"],
                    ["const": "value3", "title": "Third Choice"],
                ]
            ],
        ],
    ]

    private static let missingCapability = Tool(
        name: "test_missing_capability", title: "Needs sampling",
        description: "Answers only a client that declares sampling.", inputSchema: Schema.none
    ) { call in
        guard call.context.client.accepts(.sampling) else { throw MCPError.missingClientCapability(.sampling) }
        return .text("This client declares sampling")
    }
}

extension Elicited {
    /// What a tool says of it.
    var result: ToolResult {
        switch self {
        case .accepted(let content): .text("User response: action=accept, content=\(JSON.object(content).serialized())")
        case .declined, .cancelled: .text("User response: action=\(action)")
        }
    }
}
