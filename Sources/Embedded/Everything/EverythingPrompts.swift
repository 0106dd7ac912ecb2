import MCPServer
import Wire

/// The prompts.
enum EverythingPrompts {
    static let prompts = [simple, withArguments, withResource, withImage, asking, cities, allContent]

    private static let simple = Prompt(
        name: "test_simple_prompt", title: "Simple prompt", description: "A prompt without arguments"
    ) { _, _ in PromptResult([.user(.text("This is a simple prompt for testing."))]) }

    private static let withArguments = Prompt(
        name: "test_prompt_with_arguments", title: "Prompt with arguments", description: "A prompt with two arguments",
        arguments: [
            Prompt.Argument("arg1", description: "First test argument", isRequired: true) {
                $0.matching(["test", "testValue1", "testing", "trial"])
            },
            Prompt.Argument("arg2", description: "Second test argument", isRequired: true),
        ]
    ) { arguments, _ in
        let text = "Prompt with arguments: arg1='\(arguments["arg1"] ?? "")', arg2='\(arguments["arg2"] ?? "")'"
        return PromptResult([.user(.text(text))])
    }

    private static let withResource = Prompt(
        name: "test_prompt_with_embedded_resource", title: "Prompt with a resource",
        description: "A prompt that embeds a resource",
        arguments: [
            Prompt.Argument("resourceUri", description: "URI of the resource to embed", isRequired: true) {
                $0.matching(["test://static-text", "test://example-resource"])
            }
        ]
    ) { arguments, _ in
        PromptResult([
            .user(.resource(.text("Embedded resource content for testing.", uri: arguments["resourceUri"] ?? ""))),
            .user(.text("Please process the embedded resource above.")),
        ])
    }

    private static let withImage = Prompt(
        name: "test_prompt_with_image", title: "Prompt with an image", description: "A prompt that has an image"
    ) { _, _ in PromptResult([.user(Sample.image), .user(.text("Please analyze the image above."))]) }

    /// Getting a prompt may ask too.
    private static let asking = Prompt(
        name: "test_input_required_result_prompt", title: "Prompt that asks",
        description: "A prompt that asks the user for context first"
    ) { _, call in
        let elicited = try await call.interview.elicit(
            "user_context", "What context should the prompt use?",
            schema: Schema.object(["context": ["type": "string"]], required: ["context"]))
        guard case .accepted(let content) = elicited else {
            return PromptResult([.user(.text("Prompt without context (\(elicited.action))"))])
        }
        return PromptResult([.user(.text("Prompt with context: \(content["context"]?.stringValue ?? "")"))])
    }

    private static let places: [(country: String, cities: [String])] = [
        ("Austria", ["Graz", "Linz", "Salzburg", "Vienna"]), ("France", ["Lille", "Lyon", "Nantes", "Paris"]),
        ("Japan", ["Kobe", "Kyoto", "Osaka", "Tokyo"]),
    ]

    /// What is proposed for the city depends on the country.
    private static let cities = Prompt(
        name: "travel", title: "Travel", description: "A prompt whose arguments can be completed, one by the other",
        arguments: [
            Prompt.Argument("country", description: "Where to", isRequired: true) { $0.matching(places.map(\.country)) },
            Prompt.Argument("city", description: "Which city there") { request in
                let country = request.resolved["country"]
                return request.matching(places.filter { country == nil || $0.country == country }.flatMap(\.cities))
            },
        ]
    ) { arguments, _ in
        let place = [arguments["city"], arguments["country"]].compactMap(\.self).joined(separator: ", ")
        return PromptResult(
            description: "A journey to \(place)",
            [
                .user(.text("What should I see in \(place)?")),
                .assistant(.text("How many days do you have?")), .user(.text("Three.")),
            ])
    }

    private static let allContent = Prompt(
        name: "all_content", title: "Every kind of content", description: "A prompt with each kind of content",
        meta: ["example.com/kind": "all"]
    ) { _, _ in
        PromptResult(
            [
                .text("Each kind of content follows."), Sample.image, Sample.audio,
                .resource(.text("text", uri: "test://embedded-resource")),
                .resource(.blob(base64: Sample.png, uri: "test://static-binary", mimeType: "image/png")),
            ]
            .map { .user($0) } + EverythingResources.catalogue.prefix(1).map { .user(.link(to: $0)) })
    }
}
