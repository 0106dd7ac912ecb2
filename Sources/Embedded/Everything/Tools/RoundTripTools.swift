import MCPServer
import Wire

/// Tools for multi round-trip requests (2026-07-28): one or several questions, in one or several rounds. A client that is
/// asked live gets the same questions as requests.
enum RoundTripTools {
    static let tools = [
        elicitation, sampling, roots, requestState, multipleInputs, multiRound, tamperedState, capabilities,
    ]

    /// A form with the one field `name`.
    static let nameForm = Schema.object(["name": ["type": "string", "description": "Your name"]], required: ["name"])
    private static let confirmation = Schema.object(["ok": ["type": "boolean"]], required: ["ok"])

    private static func tool(
        _ name: String, _ description: String, handler: @escaping Tool.CallHandler
    ) -> Tool {
        Tool(
            name: "test_input_required_result_\(name)", description: description, inputSchema: Schema.none,
            handler: handler)
    }

    private static let elicitation = tool("elicitation", "Asks the user's name, and greets.") { call in
        .text(greeting(try await call.interview.elicit("user_name", "What is your name?", schema: nameForm)))
    }

    private static let sampling = tool("sampling", "Asks the client's model for a capital.") { call in
        .text(try await call.interview.sample("capital_question", "What is the capital of France?", maximumTokens: 100))
    }

    private static let roots = tool("list_roots", "Asks which folders the client works in.") { call in
        .text("Client roots: \(list(try await call.interview.roots("client_roots")))")
    }

    private static let requestState = tool("request_state", "Asks for a confirmation, and has a state travel with it.") {
        call in
        let elicited = try await call.interview.elicit("confirm", "Please confirm", schema: confirmation)
        return .text("state-ok: \(elicited.action)")
    }

    private static let multipleInputs = tool("multiple_inputs", "Asks three things of three kinds at once.") { call in
        let answers = try await call.interview.ask([
            PendingAsk("user_name", .form("What is your name?", schema: nameForm)),
            PendingAsk("greeting", .prompt("Generate a greeting", maximumTokens: 50)),
            PendingAsk("client_roots", .roots),
        ])
        let model = Interview.blocks(answers["greeting"]?["content"]).compactMap { $0["text"]?.stringValue }
        return .blocks([
            .text(greeting(answers["user_name"])), .text("Greeting: \(model.joined())"),
            .text("Client roots: \(list(answers["client_roots"]?["roots"]?.arrayValue ?? []))"),
        ])
    }

    private static let multiRound = tool("multi_round", "Asks in two rounds, the second after the first.") { call in
        let first = try await call.interview.elicit("step1", "Step 1: What is your name?", schema: nameForm)
        guard case .accepted(let name) = first else { return .text("Stopped at step 1: \(first.action)") }
        let second = try await call.interview.elicit(
            "step2", "Step 2: What is your favorite color?",
            schema: Schema.object(["color": ["type": "string"]], required: ["color"]))
        guard case .accepted(let color) = second else { return .text("Stopped at step 2: \(second.action)") }
        return .text("\(name["name"]?.stringValue ?? "") likes \(color["color"]?.stringValue ?? "")")
    }

    private static let tamperedState = tool("tampered_state", "Asks for a confirmation; a changed state is refused.") {
        call in
        let elicited = try await call.interview.elicit("confirm", "Please confirm", schema: confirmation)
        return .text("The state came back untouched: \(elicited.action)")
    }

    private static let capabilities = tool("capabilities", "Asks only what the client declares.") { call in
        let asks = [
            PendingAsk("user_name", .form("What is your name?", schema: nameForm)),
            PendingAsk("greeting", .prompt("Generate a greeting", maximumTokens: 50)),
            PendingAsk("client_roots", .roots),
        ].filter { pending in pending.ask.requiredFeature.map(call.context.client.accepts) ?? false }
        guard !asks.isEmpty else { return .text("This client declares nothing that it could be asked") }
        let answers = try await call.interview.ask(asks)
        return .text("Answered: \(answers.keys.sorted().map(\.name).joined(separator: ", "))")
    }

    // MARK: - Answers in words

    private static func greeting(_ elicited: Elicited) -> String {
        guard case .accepted(let content) = elicited else { return "Hello, whoever you are (\(elicited.action))!" }
        return "Hello, \(content["name"]?.stringValue ?? "")!"
    }

    private static func greeting(_ answer: RawObject?) -> String {
        "Hello, \(answer?["content"]?["name"]?.stringValue ?? "whoever you are")!"
    }

    /// The URIs of roots.
    static func list(_ roots: [JSON]) -> String {
        roots.isEmpty ? "none" : roots.compactMap { $0["uri"]?.stringValue }.joined(separator: ", ")
    }
}
