import NIOHTTP1
import Testing

@testable import Gateway

@Suite("Where a request carries its key")
struct CredentialTests {
    @Test(
        "in which header, and how it is written there",
        arguments: [
            (["Authorization": "Bearer sk-abc"], "abc"), (["Authorization": "bearer   abc  "], "abc"),
            (["Authorization": "sk-abc"], "abc"),
            (["X-Api-Key": "sk-abc"], "abc"), (["x-goog-api-key": "abc"], "abc"), (["X-Api-Key": "Bearer abc"], "abc"),
            (["Authorization": "", "X-Api-Key": "abc"], "abc"), (["Authorization": "Bearer sk-sk-abc"], "sk-abc"),
            (["Cookie": "key=abc"], nil),
            ([:], nil),
        ] as [([String: String], String?)])
    func headers(headers: [String: String], key: String?) {
        #expect(Credential.key(in: HTTPHeaders(headers.map { ($0.key, $0.value) }), query: "key=query") == (key ?? "query")[...])
        #expect(Credential.key(in: HTTPHeaders(headers.map { ($0.key, $0.value) }), query: nil) == key?[...])
    }

    @Test(
        "in the query, where that is read",
        arguments: [("key=sk-abc", "abc"), ("a=b&key=abc&key=d", "abc"), ("xkey=abc", nil), ("key=", nil), ("", nil)])
    func query(query: String, key: String?) {
        #expect(Credential.key(in: [:], query: query[...]) == key?[...])
    }

    @Test("Authorization counts before the others")
    func order() {
        #expect(Credential.key(in: ["X-Api-Key": "second", "Authorization": "Bearer first"], query: nil) == "first")
    }
}

@Suite("What the path of a request is")
struct RequestPathTests {
    @Test(
        "a target is split at its first question mark",
        arguments: [("/v1/models?a=b?c", "/v1/models", "a=b?c"), ("/v1", "/v1", nil), ("/v1?", "/v1", ""), ("", "", nil)])
    func split(target: String, path: String, query: String?) {
        #expect(RequestPath(target).path == path[...])
        #expect(RequestPath(target).query == query?[...])
    }

    @Test(
        "it lies under a prefix only where it is spelled so, byte by byte",
        arguments: [
            ("/v1", true), ("/v1/", true), ("/v1/models", true), ("/v1?x", true), ("/v10", false), ("/V1", false),
            ("//v1", false), ("/%761", false),
            ("/v1%2Fmodels", false), ("http://localhost/v1", false), ("/v", false), ("/v1\u{301}", false), ("/./v1", false),
        ])
    func under(target: String, isUnder: Bool) { #expect(RequestPath(target).isUnder("/v1") == isUnder) }

    @Test(
        "what follows a prefix",
        arguments: [
            ("/mcp/public/time", "time"), ("/mcp/public/", nil), ("/mcp/public", nil), ("/mcp/public/a/b", "a/b"),
            ("/mcp/public/\u{301}x", "\u{301}x"),
        ])
    func rest(target: String, rest: String?) {
        #expect(RequestPath(target).rest(after: "/mcp/public/").map { Array($0.utf8) } == rest.map { Array($0.utf8) })
    }
}
