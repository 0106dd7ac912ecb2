public import Wire

/// What a tool says.
public struct ToolResult: Sendable {
    /// Content blocks for the model.
    public let content: [JSON]
    /// The same for programs: an object, or since 2026-07-28 any value, which older clients get as text.
    public let structuredContent: JSON?
    /// Whether the tool failed at what it was asked.
    public let isError: Bool
    /// `_meta`.
    public let meta: JSONObject?
    /// Members beyond the specification's.
    public let extra: JSONObject

    /// A result with all its parts.
    public init(
        content: [JSON], structuredContent: JSON? = nil, isError: Bool = false, meta: JSONObject? = nil,
        extra: JSONObject = JSONObject()
    ) {
        self.content = content
        self.structuredContent = structuredContent
        self.isError = isError
        self.meta = meta
        self.extra = extra
    }

    /// Blocks of content.
    public static func blocks(_ blocks: [ContentBlock], meta: JSONObject? = nil) -> ToolResult {
        ToolResult(content: blocks.map(\.json), meta: meta)
    }

    /// Text.
    public static func text(_ text: String) -> ToolResult { ToolResult(content: [block(text)]) }

    /// Data, as structured content and, for clients that have none, as JSON text.
    public static func structured(_ object: JSONObject) -> ToolResult { structured(value: .object(object)) }

    /// Any value, as structured content and as JSON text.
    public static func structured(value: JSON) -> ToolResult {
        ToolResult(content: [block(value.serialized())], structuredContent: value)
    }

    /// A failure that the model should read: the call was good, the tool could not do it.
    public static func failure(_ message: String) -> ToolResult { ToolResult(content: [block(message)], isError: true) }

    private static func block(_ text: String) -> JSON { ["type": "text", "text": .string(text)] }

    /// The result of `tools/call`.
    var object: RawObject {
        var object: JSONObject = ["content": .array(content)]
        if let structuredContent { object["structuredContent"] = structuredContent }
        if isError { object["isError"] = true }
        if let meta { object["_meta"] = .object(meta) }
        for (name, value) in extra { object.appendIfAbsent(name, value) }
        return RawObject(object)
    }
}
