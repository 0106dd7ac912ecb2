import MCPServer
import Testing

@Suite("The headers that MCP reads") struct MCPHTTPHeadersTests {
    @Test(
        "their names are found in any case",
        arguments: [
            "Content-Type", "ACCEPT", "mcp-protocol-version", "MCP-Session-Id", "Mcp-Method", "Mcp-Name", "Last-Event-ID",
        ])
    func names(name: String) {
        let headers = MCPHTTPHeaders([("Host", "localhost"), (name, " value\t"), ("User-Agent", "test")])
        #expect(headers[name.lowercased()] == "value")
    }

    @Test("those that repeat arguments are found by their beginning") func parameters() {
        let headers = MCPHTTPHeaders([("Mcp-Param-Region", "north"), ("Mcp-Para", "x"), ("Mcp-Param", "x")])
        #expect(headers["mcp-param-region"] == "north")
        #expect(headers["mcp-para"] == nil)
        #expect(headers["mcp-param"] == nil)
    }

    @Test(
        "others are left out, also those of the same length",
        arguments: ["user-agent", "Authorization", "mcp-namf", "mcp\u{0D}name"])
    func others(name: String) {
        #expect(MCPHTTPHeaders([(name, "x")])[name.lowercased()] == nil)
    }
}
