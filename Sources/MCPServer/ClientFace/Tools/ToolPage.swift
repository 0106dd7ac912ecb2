import Wire

/// A page of `tools/list` on its way to a client.
enum ToolPage {
    private static let keyword = Array("x-mcp-header".utf8)

    /// The page without tools whose headers can't be made (2026-07-28, Streamable HTTP: a client must leave them out). The
    /// very same bytes where there are none.
    static func withoutInvalidTools(_ page: RawObject) -> RawObject {
        guard mentionsHeaders(page), let tools = page["tools"]?.arrayValue else { return page }
        let valid = tools.filter { tool in
            guard let schema = tool["inputSchema"]?.objectValue else { return true }
            return HeaderRules(schema: schema) != nil
        }
        guard valid.count < tools.count else { return page }
        var changed = page
        changed["tools"] = .array(valid)
        return changed
    }

    private static func mentionsHeaders(_ page: RawObject) -> Bool {
        guard let text = page.text else { return true }
        // Written with escapes it would not be found here; such a tool stays, and is called without headers.
        return text.firstRange(of: keyword) != nil
    }
}
