import Outbound
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Descriptions by HTTP")
struct WebSourceTests {
    private let url = "https://api.example.com/v1/openapi.yaml?key=hidden"

    @Test("relative references start where the document came from after redirects")
    func redirected() async {
        let web = ScriptedWeb([
            url: .init(body: "openapi: 3.1.0\npaths: {$ref: 'p.yaml'}", movedTo: "https://cdn.example.com/d/openapi.yaml"),
            "https://cdn.example.com/d/p.yaml": .init(body: "{}"),
        ])
        let (documents, log) = await DocumentLoader.load(from: WebSource(url, client: web))
        #expect(log.lines == [] && documents?.documents.count == 2)
        #expect(documents?.documents[0].uri == "https://cdn.example.com/d/openapi.yaml")
        #expect(documents?.documents[0].name == "https://api.example.com/v1/openapi.yaml")
        #expect(web.requests.allSatisfy { $0.maximumRedirects > 0 && $0.method == "GET" })
    }

    @Test("given header fields go to the document's own origin only")
    func headers() async {
        let web = ScriptedWeb(texts: [
            url: "openapi: 3.1.0\na: {$ref: /x.yaml}\nb: {$ref: 'https://other.example.com/y.yaml'}",
            "https://api.example.com/x.yaml": "{}", "https://other.example.com/y.yaml": "{}",
        ])
        _ = await DocumentLoader.load(from: WebSource(url, client: web, headers: [("Authorization", "Bearer hidden")]))
        let sent = web.requests.map { request in request.headers.contains { $0.name == "Authorization" } }
        #expect(sent == [true, true, false])
    }

    @Test(
        "loopback, private and metadata addresses are refused by the client, and the diagnostic says so",
        arguments: ["http://127.0.0.1:8080/a.yaml", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/x?token=hidden"])
    func guarded(target: String) async {
        let text = "openapi: 3.1.0\npaths:\n  /a: {$ref: '\(target)'}\n"
        let source = TextSource(Array(text.utf8), name: "stored", client: ScriptedWeb([:]))
        let (documents, log) = await DocumentLoader.load(from: source)
        #expect(documents?.documents.count == 1)
        #expect(
            log.lines.count == 1 && log.lines[0].hasPrefix("stored:3:8: error[refused-reference] at /paths/~1a/$ref: "),
            "\(log.lines)")
        #expect(log.lines[0].contains("may not be called") && !log.lines[0].contains("hidden"))
    }

    @Test(
        "a description that can't be had is one error",
        arguments: [(404, "status 404"), (401, "give credentials"), (503, "status 503")])
    func statuses(status: Int, message: String) async {
        let web = ScriptedWeb([url: .init(status: status)])
        let (documents, log) = await DocumentLoader.load(from: WebSource(url, client: web))
        #expect(documents == nil && log.lines.count == 1 && log.lines[0].contains(message))
        #expect(log.lines[0].hasPrefix("https://api.example.com/v1/openapi.yaml: error[unreadable-document]"))
    }

    @Test("an answer that says it is too large is not read, one that doesn't say is cut")
    func large() async {
        var limits = CompileLimits()
        limits.documentBytes = 100
        for headers in [[("Content-Length", "200000000")], []] as [[(name: String, value: String)]] {
            let web = ScriptedWeb([url: .init(headers: headers, body: String(repeating: "a", count: 101))])
            let (documents, log) = await DocumentLoader.load(from: WebSource(url, client: web), limits: limits)
            #expect(documents == nil && log.list.map(\.code) == [.tooLarge])
        }
    }

    @Test("a document that doesn't come in time costs only itself")
    func late() async {
        let web = ScriptedWeb([
            url: .init(body: "openapi: 3.1.0\na: {$ref: slow.yaml}\nb: {$ref: fast.yaml}"),
            "https://api.example.com/v1/slow.yaml": .init(failure: OutboundError(.timedOut, "no answer")),
            "https://api.example.com/v1/fast.yaml": .init(body: "{}"),
        ])
        let (documents, log) = await DocumentLoader.load(from: WebSource(url, client: web))
        #expect(documents?.documents.count == 2)
        #expect(log.list.map(\.code) == [.timedOut] && log.list.first?.pointer.description == "/a/$ref")
    }

    @Test("when the time is over nothing is asked for, and a cancelled task waits for nothing")
    func deadline() async {
        let web = ScriptedWeb([url: .init(hangs: true)])
        var limits = CompileLimits()
        limits.time = .zero
        let over = await DocumentLoader.load(from: WebSource(url, client: web), limits: limits)
        #expect(over.0 == nil && over.1.list.map(\.code) == [.timedOut] && web.requests.isEmpty)
        let task = Task { await DocumentLoader.load(from: WebSource(url, client: web)) }
        task.cancel()
        let cancelled = await task.value
        #expect(cancelled.0 == nil && cancelled.1.list.map(\.code) == [.timedOut])
    }

    @Test("asking again sends what is known, and an unchanged set is not read again")
    func refresh() async throws {
        let part = "https://api.example.com/v1/p.yaml"
        let web = ScriptedWeb([
            url: .init(headers: [("ETag", "\"1\"")], body: "openapi: 3.1.0\npaths: {$ref: p.yaml}"),
            part: .init(headers: [("ETag", "\"a\"")], body: "{}"),
        ])
        let source = WebSource(url, client: web)
        let documents = try #require(await DocumentLoader.load(from: source).0)
        guard case .unchanged = await DocumentLoader.refresh(DocumentSetVersion(documents), from: source) else {
            Issue.record("it is unchanged")
            return
        }
        #expect(web.requests.count == 4 && web.requests.filter { $0.headers.contains { $0.name == "If-None-Match" } }.count == 2)
        web.set(part, .init(headers: [("ETag", "\"b\"")], body: "{/x: {}}"))
        guard case .changed(let changed, let log) = await DocumentLoader.refresh(DocumentSetVersion(documents), from: source)
        else {
            Issue.record("it is changed")
            return
        }
        #expect(log.lines == [] && changed.digest != documents.digest)
        web.set(url, .init(status: 500))
        guard case .unavailable(let log) = await DocumentLoader.refresh(DocumentSetVersion(documents), from: source) else {
            Issue.record("it is unavailable")
            return
        }
        #expect(log.hasErrors)
    }
}
