internal import Wire

/// How a tool that takes a text is told to a model whose format knows tools that take an object only: as a function of one text, `input`.
///
/// The codec of a client that offered such a tool finds it by its name in the client's request, and takes the text out again.
enum CustomToolShape {
    static let parameters: JSON = [
        "type": "object", "properties": ["input": ["type": "string"]], "required": ["input"], "additionalProperties": false,
    ]

    static func arguments(ofText text: String) -> JSONObject { ["input": .string(text)] }

    /// The text of a call; the arguments as they are where they aren't of this shape.
    static func text(ofArguments arguments: String) -> String {
        (try? JSON.parse(arguments))?["input"]?.stringValue ?? arguments
    }
}
