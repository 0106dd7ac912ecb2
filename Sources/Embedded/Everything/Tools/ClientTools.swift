import MCPServer
import Wire

/// Tools about the client and its user.
enum ClientTools {
    static let tools = [describe, form, visit, sampleWithTools, roots, later]

    private static let describe = Tool(
        name: "describe_client", title: "What the server knows of you",
        description: "Says which revision you speak, what you declared, and how you can be asked.",
        inputSchema: Schema.none,
        outputSchema: Schema.object(
            [
                "revision": ["type": "string"], "capabilities": ["type": "object"], "clientInfo": ["type": "object"],
                "logLevel": ["type": "string"], "wantsProgress": ["type": "boolean"],
                "asked": ["type": "string", "enum": ["not at all", "live", "by value"]],
            ], required: ["revision", "capabilities", "wantsProgress", "asked"]),
        annotations: Tool.Annotations(readOnly: true, destructive: false, idempotent: true, openWorld: false)
    ) { call in
        let client = call.context.client
        var description: JSONObject = [
            "revision": .string(client.revision.rawValue), "capabilities": .object(client.capabilities.json),
        ]
        if let info = client.info { description["clientInfo"] = .object(info.json) }
        if let level = client.logLevel { description["logLevel"] = .string(level.rawValue) }
        description["wantsProgress"] = .bool(client.progressToken != nil)
        description["asked"] = .string(phrase(client.askForm))
        return .structured(description)
    }

    private static func phrase(_ form: ClientProfile.AskForm) -> String {
        switch form {
        case .none: "not at all"
        case .live: "live"
        case .value: "by value"
        }
    }

    // MARK: - Elicitation

    private static let form = Tool(
        name: "elicit_form", title: "Form with every kind of field",
        description: "Asks the user by a form with each kind of field that there is.", inputSchema: Schema.none
    ) { call in
        let elicited = try await call.interview.elicit(
            "form", "Please fill in what you like", schema: Schema.object(fields, required: ["nickname"]))
        guard case .accepted(let content) = elicited else { return .structured(["action": .string(elicited.action)]) }
        return .structured(["action": "accept", "content": .object(content)])
    }

    private static let fields: JSONObject = {
        var fields: JSONObject = [
            "nickname": ["type": "string", "title": "Nickname", "minLength": 1, "maxLength": 40],
            "email": ["type": "string", "title": "Email", "format": "email"],
            "homepage": ["type": "string", "title": "Homepage", "format": "uri"],
            "birthday": ["type": "string", "title": "Birthday", "format": "date"],
            "appointment": ["type": "string", "title": "Appointment", "format": "date-time"],
            "age": ["type": "integer", "title": "Age", "minimum": 0, "maximum": 150],
            "rating": ["type": "number", "title": "Rating", "minimum": 0, "maximum": 5, "default": 4.5],
            "newsletter": ["type": "boolean", "title": "Newsletter", "default": false],
        ]
        for (name, choice) in AskingTools.choices { fields[name] = choice }
        return fields
    }()

    /// Where the user is sent: a page that exists and does nothing.
    private static let url = "https://example.com/"

    private static let visit = Tool(
        name: "elicit_url", title: "Visit a page",
        description: "Asks the user to visit a page: by a question, or by an error that names it (2025-11-25).",
        inputSchema: Schema.object(["by_error": ["type": "boolean", "default": false]])
    ) { call in
        let message = "Please have a look at this page"
        let client = call.context.client
        guard client.accepts(.elicitationURL) else { throw MCPError.missingClientCapability(.elicitationURL) }
        // The id is the call's own, so that two calls ask two things.
        let id = "everything-\(call.context.chain)"
        // A client that is asked by value knows no such error: there the question itself takes its place.
        if call.arguments["by_error"]?.boolValue == true, client.askForm == .live {
            let elicitation: RawObject = [
                "mode": "url", "message": .string(message), "url": .string(url), "elicitationId": .string(id),
            ]
            // The page wants nothing of the user, so that there is nothing to wait for. Told once the error is.
            call.context.elicitations?.complete(id)
            throw MCPError(.urlElicitationRequired([elicitation]), "This call needs you to visit a page first")
        }
        let answer = try await call.interview.visit("visit", url, message: message, id: id)
        if case .accepted = answer { call.context.elicitations?.complete(id) }
        return .text("User response: action=\(answer.action)")
    }

    // MARK: - Sampling and roots

    /// How often the model may use the tool before it must answer.
    private static let maximumToolRounds = 4

    private static let sampleWithTools = Tool(
        name: "sample_with_tools", title: "Sampling with a tool",
        description: "Lets the client's model answer a question, and use a tool that adds while it does.",
        inputSchema: Schema.object([
            "question": ["type": "string", "maxLength": 10_000, "default": "What is 2 + 3? Use the tool."]
        ])
    ) { call in
        let question = call.arguments["question"] ?? "What is 2 + 3? Use the tool."
        var messages: [JSON] = [["role": "user", "content": ["type": "text", "text": question]]]
        for round in 1...maximumToolRounds {
            let choice: JSON = round < maximumToolRounds ? "auto" : "none"
            let answer = try await call.interview.ask(
                AskKey("sampling_\(round)"),
                .sample([
                    "messages": .array(messages), "maxTokens": 200, "tools": [adder], "toolChoice": ["mode": choice],
                ]))
            let blocks = Interview.blocks(answer["content"])
            let uses = blocks.filter { $0["type"] == "tool_use" }
            guard !uses.isEmpty else {
                return .text("LLM response: \(blocks.compactMap { $0["text"]?.stringValue }.joined(separator: "\n"))")
            }
            messages.append(["role": "assistant", "content": .array(blocks)])
            messages.append(["role": "user", "content": .array(uses.map(toolResult))])
        }
        return .failure("The model used the tool \(maximumToolRounds) times and did not answer")
    }

    private static let adder: JSON = [
        "name": "add", "description": "Adds two numbers.",
        "inputSchema": .object(
            Schema.object(["a": ["type": "number"], "b": ["type": "number"]], required: ["a", "b"])),
    ]

    private static func toolResult(_ use: JSON) -> JSON {
        let sum = SimpleTools.sum(use["input"]?.objectValue ?? JSONObject())
        var result: JSONObject = [
            "type": "tool_result", "toolUseId": use["id"] ?? "",
            "content": [["type": "text", "text": .string(sum?.serialized() ?? "a and b must be numbers")]],
        ]
        if sum == nil { result["isError"] = true }
        return .object(result)
    }

    private static let roots = Tool(
        name: "list_roots", title: "Roots", description: "Says which folders you work in.", inputSchema: Schema.none
    ) { call in .text("Roots: \(RoundTripTools.list(try await call.interview.roots("roots")))") }

    /// Answers with a state and no question, as a server may that has too much to do (2026-07-28).
    private static let later = Tool(
        name: "call_again_later", title: "Call again later",
        description: "Asks to be called again so many times before it answers.",
        inputSchema: Schema.object(["times": ["type": "integer", "minimum": 0, "maximum": 10, "default": 1]])
    ) { call in
        try call.interview.postpone(times: call.arguments["times"]?.intValue ?? 1)
        return .text("Thank you for coming back")
    }
}
