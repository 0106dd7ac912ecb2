import MCPServer
import Wire

/// Tools for a first call by hand.
enum SimpleTools {
    static let tools = [echo, add, annotated, unicode]

    private static let harmless = Tool.Annotations(readOnly: true, destructive: false, idempotent: true, openWorld: false)

    private static let echo = Tool(
        name: "echo", title: "Echo", description: "Repeats a message.",
        inputSchema: Schema.object(
            ["message": ["type": "string", "description": "What to repeat"]], required: ["message"]),
        annotations: harmless
    ) { call in .text("Echo: \(call.arguments["message"]?.stringValue ?? "")") }

    private static let add = Tool(
        name: "add", title: "Add", description: "Adds two numbers.",
        inputSchema: Schema.object(
            ["a": ["type": "number"], "b": ["type": "number"]], required: ["a", "b"]),
        outputSchema: Schema.object(["sum": ["type": "number"]], required: ["sum"]), annotations: harmless
    ) { call in
        guard let sum = sum(call.arguments) else {
            throw MCPError.invalidToolArguments("arguments: the sum of a and b is too large")
        }
        return .structured(["sum": sum])
    }

    /// The sum of `a` and `b`, exact for integers of 64 bits; nil where it is no number of JSON.
    static func sum(_ arguments: JSONObject) -> JSON? {
        if let left = arguments["a"]?.int64Value, let right = arguments["b"]?.int64Value {
            let (sum, overflows) = left.addingReportingOverflow(right)
            if !overflows { return .integer(sum) }
        }
        guard let left = arguments["a"]?.doubleValue, let right = arguments["b"]?.doubleValue else { return nil }
        return JSONNumber(left + right).map { .number($0) }
    }

    private static let annotated = Tool(
        name: "annotated_message", title: "Annotated message",
        description: "Answers with content that says for whom it is and how much it matters.",
        inputSchema: Schema.object(
            [
                "message_type": ["type": "string", "enum": ["error", "success", "debug"]],
                "include_image": ["type": "boolean", "default": false],
            ], required: ["message_type"]),
        annotations: harmless,
        extra: [
            "icons": [
                ["src": .string("data:image/png;base64,\(Sample.png)"), "mimeType": "image/png", "sizes": ["16x16"]]
            ],
            "_meta": ["example.com/shelf": "demonstrations"],
        ]
    ) { call in
        var blocks = [message(call.arguments["message_type"]?.stringValue ?? "")]
        if call.arguments["include_image"]?.boolValue == true {
            blocks.append(
                .image(
                    base64: Sample.png, mimeType: "image/png",
                    annotations: ContentAnnotations(audience: [.user], priority: 0.5)))
        }
        return .blocks(blocks, meta: ["example.com/annotated": true])
    }

    private static func message(_ type: String) -> ContentBlock {
        switch type {
        case "error":
            .text(
                "Error: Operation failed", annotations: ContentAnnotations(audience: [.user, .assistant], priority: 1))
        case "success":
            .text("Operation completed successfully", annotations: ContentAnnotations(audience: [.user], priority: 0.7))
        default:
            .text(
                "Debug: Cache hit ratio 0.95, latency 150ms",
                annotations: ContentAnnotations(
                    audience: [.assistant], priority: 0.3, lastModified: "2026-07-28T00:00:00Z"))
        }
    }

    /// Text that breaks wherever bytes, code points and characters are taken for one another.
    private static let unicode = Tool(
        name: "unicode", title: "Unicode", description: "Answers with text of many scripts and awkward characters.",
        inputSchema: Schema.none, annotations: harmless
    ) { _ in
        .structured([
            "greek": "Καλημέρα κόσμε", "chinese": "你好，世界", "arabic": "مرحبا بالعالم", "hindi": "नमस्ते दुनिया",
            "family": "👩‍👩‍👧‍👦", "flag": "🇪🇺", "composed": "\u{E9}", "decomposed": "e\u{301}",
            "separators": "line\u{2028}paragraph\u{2029}next\u{85}", "controls": "tab\tnewline\nnull\u{0}bell\u{7}",
            "astral": "𝒳𝒴𝒵 \u{10FFFF}", "mark": "\u{FEFF}after a byte order mark", "naïve key": "\"quoted\" \\ </script>",
        ])
    }
}
