import Testing
import Wire

@testable import MCPServer

@Suite("errors as each era writes them")
struct ErrorTableTests {
    /// Code and status for 2025-06-18, 2025-11-25 and 2026-07-28.
    @Test(
        "the table of codes and statuses",
        arguments: [
            (MCPError.invalidRequest("x"), [-32600, -32600, -32600], [400, 400, 400]),
            (.methodNotFound("x"), [-32601, -32601, -32601], [200, 200, 404]),
            (.unknownTool("x"), [-32602, -32602, -32602], [200, 200, 200]),
            (.unknownCursor, [-32602, -32602, -32602], [200, 200, 200]),
            (.resourceNotFound(uri: "a:b"), [-32002, -32002, -32602], [200, 200, 200]),
            (.missingClientCapability(.sampling), [-32603, -32603, -32021], [200, 200, 400]),
            (MCPError(.upstreamUnavailable, "x"), [-32603, -32603, -32603], [200, 200, 200]),
            (MCPError(.unsupportedRevision(requested: "x"), "x"), [-32022, -32022, -32022], [400, 400, 400]),
            (MCPError(.urlElicitationRequired([]), "x"), [-32603, -32042, -32021], [200, 200, 400]),
            (.refused(.rateLimited(retryAfter: nil), "x"), [429, 429, 429], [200, 200, 429]),
            (.refused(.quotaExhausted, "x"), [403, 403, 403], [200, 200, 403]),
            (.refused(.notPermitted, "x"), [403, 403, 403], [200, 200, 403]),
        ] as [(MCPError, [Int], [Int])])
    func table(error: MCPError, codes: [Int], statuses: [Int]) {
        let wires = [Revision.june2025, .november2025, .july2026].map { error.wire(for: $0) }
        #expect(wires.map(\.code) == codes)
        #expect(wires.map(\.status) == statuses)
    }

    @Test(
        "a service's own code passes unless the era reserves it; then it is kept in the data",
        arguments: [
            (-32000, -32000, -32603), (-32050, -32050, -32603), (-32020, -32603, -32603), (-32022, -32603, -32603),
            (-32602, -32602, -32602), (17, 17, 17), (-31999, -31999, -31999),
        ])
    func customCodes(code: Int, legacy: Int, modern: Int) {
        let error = MCPError(.custom(code: code), "own", data: ["why": 1])
        for (revision, expected) in [(Revision.november2025, legacy), (.july2026, modern)] {
            let wire = error.wire(for: revision)
            #expect(wire.code == expected)
            #expect(wire.data == (expected == code ? ["why": 1] : ["code": .integer(code), "data": ["why": 1]]))
        }
    }

    @Test("data says what each code prescribes")
    func data() {
        #expect(MCPError.resourceNotFound(uri: "a:b").wire(for: .july2026).data == ["uri": "a:b"])
        #expect(
            MCPError.missingClientCapability(.elicitationURL).wire(for: .july2026).data
                == ["requiredCapabilities": ["elicitation": ["url": [:]]]])
        let version = MCPError(.unsupportedRevision(requested: "v9"), "x").wire(for: .july2026)
        #expect(version.data?["requested"] == "v9")
        #expect(version.data?["supported"]?.arrayValue?.first == "2026-07-28")
        let limited = MCPError.refused(.rateLimited(retryAfter: .milliseconds(1500)), "x").wire(for: .july2026)
        #expect(limited.data == ["reason": "rate_limited", "retryAfterSeconds": 2])
        #expect(limited.retryAfterSeconds == 2)
    }

    @Test("URLs to visit reach only clients of the revision that has such an error")
    func urls() throws {
        let error = MCPError(.urlElicitationRequired([["url": "https://example.com/secret"]]), "Log in first")
        for revision in Revision.allCases {
            let text = error.wire(for: revision).json.serialized()
            #expect(text.contains("example.com") == (revision == .november2025))
        }
    }

    @Test("an error that is not of the protocol tells nothing about its cause")
    func foreignErrors() {
        struct Leak: Error, CustomStringConvertible { let description = "password=hunter2" }
        let wire = MCPError(wrapping: Leak()).wire(for: .july2026)
        #expect(wire.code == -32603)
        #expect(!wire.json.serialized().contains("hunter2"))
    }
}
