internal import Wire

/// In which form the client knows calls of tools, by what it offered.
struct ChatCallShape: Sendable {
    /// Whether it asked with `functions`, and so knows no `tool_calls`.
    let isLegacy: Bool
    /// Tools that it offered as custom ones, which take a text.
    private let customNames: Set<String>

    init(request: JSON) {
        let tools = request["tools"]?.arrayValue
        self.isLegacy = tools == nil && request["functions"]?.arrayValue != nil
        self.customNames = Set((tools ?? []).compactMap { $0["custom"]?["name"]?.stringValue })
    }

    /// Whether the upstream was told of the tool in another form.
    func isOtherwiseOffered(_ call: ToolCall) -> Bool { !call.isCustom && self.customNames.contains(call.name) }

    /// The call of a custom tool whose upstream has none.
    func asOffered(_ call: ToolCall) -> ToolCall {
        guard self.isOtherwiseOffered(call) else { return call }
        var call = call
        call.arguments = CustomToolShape.text(ofArguments: call.arguments)
        call.isCustom = true
        return call
    }
}
