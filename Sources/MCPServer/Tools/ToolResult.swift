public import Wire

/// What a tool says.
public struct ToolResult: Sendable {
    /// Content blocks for the model.
    public let content: [JSON]
    /// The same for programs.
    public let structuredContent: JSONObject?
    /// Whether the tool failed at what it was asked.
    public let isError: Bool

    /// A result with all its parts.
    public init(content: [JSON], structuredContent: JSONObject? = nil, isError: Bool = false) {
        self.content = content
        self.structuredContent = structuredContent
        self.isError = isError
    }

    /// Text.
    public static func text(_ text: String) -> ToolResult { ToolResult(content: [block(text)]) }

    /// Data, as structured content and, for clients that have none, as JSON text.
    public static func structured(_ object: JSONObject) -> ToolResult {
        ToolResult(content: [block(JSON.object(object).serialized())], structuredContent: object)
    }

    /// A failure that the model should read: the call was good, the tool could not do it.
    public static func failure(_ message: String) -> ToolResult { ToolResult(content: [block(message)], isError: true) }

    private static func block(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }

    /// The result of `tools/call`.
    var object: RawObject {
        var object: JSONObject = ["content": .array(content)]
        if let structuredContent { object["structuredContent"] = .object(structuredContent) }
        if isError { object["isError"] = true }
        return RawObject(object)
    }
}
