import Outbound
import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Loading what references lead to")
struct DocumentLoaderTests {
    @Test("documents come breadth first, in the order of the text, each once, and may refer to each other in a circle")
    func order() async throws {
        let folder = try TemporaryFolder([
            "api.yaml": "openapi: 3.0.3\npaths:\n  /b: {$ref: b.yaml}\n  /a: {$ref: 'a.yaml#/x'}\n  /c: {$ref: './b.yaml#/y'}\n",
            "a.yaml": "x: {$ref: api.yaml}\ny: {$ref: 'a.yaml#/x'}", "b.yaml": "y: {$ref: d.yaml}\nz: {$ref: a.yaml}",
            "d.yaml": "{$ref: b.yaml}",
        ])
        let (documents, log) = await DocumentLoader.load(from: FileSource(folder.path + "/api.yaml"))
        #expect(log.lines == [])
        #expect(documents?.documents.map { $0.name.split(separator: "/").last } == ["api.yaml", "b.yaml", "a.yaml", "d.yaml"])
    }

    @Test("mappings of discriminators name schemas or lead to documents; data and extensions refer to nothing")
    func kinds() async throws {
        let folder = try TemporaryFolder([
            "api.yaml": """
            openapi: 3.0.3
            paths:
              /a:
                get:
                  responses:
                    default: {$ref: r.yaml}
                  x-code: {$ref: none.py}
            components:
              schemas:
                Pet: {discriminator: {propertyName: t, mapping: {cat: Cat, dog: dog.yaml, fox: v1.Fox, cow: gone.yaml}}}
                v1.Fox: {properties: {default: {$ref: s.yaml}, example: {$ref: 'x.yaml'}}, example: {$ref: none.yaml}}
              examples: {e: {externalValue: none.json, $ref: none.json}}
            x-shared: {q: {$ref: q.yaml}}
            paths-of: {$ref: '#/x-shared/q'}
            """,
            "r.yaml": "{}", "dog.yaml": "{}", "s.yaml": "{}", "x.yaml": "{}", "q.yaml": "{}",
        ])
        let (documents, log) = await DocumentLoader.load(from: FileSource(folder.path + "/api.yaml"))
        #expect(
            documents?.documents.dropFirst().map { $0.name.split(separator: "/").last }.sorted { "\($0 ?? "")" < "\($1 ?? "")" }
                == ["dog.yaml", "q.yaml", "r.yaml", "s.yaml", "x.yaml"])
        #expect(log.list.map(\.severity) == [.warning], "\(log.lines)")
        #expect(log.list.first?.pointer.description == "/components/schemas/Pet/discriminator/mapping/cow")
    }

    @Test("`$id` is where relative references start in 3.1, and what it names is not fetched")
    func identifiers() async throws {
        let text = """
            openapi: 3.1.0
            components:
              schemas:
                A: {$id: 'https://example.com/s/a', properties: {b: {$ref: b}, c: {$ref: c}}}
                B: {$id: 'https://example.com/s/b', type: string}
            """
        let web = ScriptedWeb(texts: ["https://example.com/s/c": "type: number"])
        let (documents, log) = await DocumentLoader.load(from: TextSource(Array(text.utf8), client: web))
        #expect(log.lines == [] && documents?.documents.count == 2)
        #expect(web.requests.map(\.url) == ["https://example.com/s/c"])
    }

    @Test("documents and bytes are counted")
    func limits() async throws {
        let folder = try TemporaryFolder([
            "api.yaml": "openapi: 3.0.3\na: {$ref: a.yaml}\nb: {$ref: b.yaml}\nc: {$ref: c.yaml}", "a.yaml": "x: 1",
            "b.yaml": "x: 1",
            "c.yaml": "x: " + String(repeating: "1", count: 100),
        ])
        var few = CompileLimits()
        few.documents = 2
        var (documents, log) = await DocumentLoader.load(from: FileSource(folder.path + "/api.yaml"), limits: few)
        #expect(documents?.documents.count == 3 && log.list.map(\.pointer.description) == ["/c/$ref"])
        #expect(log.lines[0].contains("references lead to more than 2 documents"))
        var small = CompileLimits()
        small.totalBytes = 120
        (documents, log) = await DocumentLoader.load(from: FileSource(folder.path + "/api.yaml"), limits: small)
        #expect(documents?.documents.count == 3 && log.list.map(\.code) == [.tooLarge])
    }

    @Test("a fault in a document that is referred to is told in both")
    func faults() async throws {
        let folder = try TemporaryFolder(["api.yaml": "openapi: 3.0.3\na: {$ref: a.yaml}", "a.yaml": "x: [1"])
        let (documents, log) = await DocumentLoader.load(from: FileSource(folder.path + "/api.yaml"))
        #expect(documents?.documents.count == 1 && log.list.map(\.code) == [.syntax, .unreadable])
        #expect(log.list.map { $0.document.split(separator: "/").last } == ["a.yaml", "api.yaml"])
    }

    @Test("a stored text without an address has no neighbours, and reads no files")
    func stored() async {
        let text = "openapi: 3.0.3\na: {$ref: a.yaml}\nb: {$ref: 'file:///etc/passwd'}\nc: {$ref: 'ftp://example.com/x'}"
        let (documents, log) = await DocumentLoader.load(from: TextSource(Array(text.utf8), client: ScriptedWeb([:])))
        #expect(documents?.documents.count == 1)
        #expect(Set(log.list.map(\.code)) == [.refusedReference] && log.list.count == 3, "\(log.lines)")
        #expect(log.lines.contains { $0.contains("a relative reference in a text that has no address of its own") })
        #expect(log.lines.contains { $0.contains("a document that is no local file may not refer to one") })
        #expect(log.lines.contains { $0.contains("references to ftp: are not followed") })
    }

    @Test("with a base URL its neighbours are fetched")
    func based() async {
        let web = ScriptedWeb(texts: ["https://example.com/d/a.yaml": "{}"])
        let source = TextSource(
            Array("openapi: 3.0.3\na: {$ref: a.yaml}".utf8), baseURL: "https://example.com/d/openapi.yaml", client: web)
        let (documents, log) = await DocumentLoader.load(from: source)
        #expect(documents?.documents.count == 2 && log.lines == [])
        guard let documents, case .unchanged = await DocumentLoader.refresh(DocumentSetVersion(documents), from: source) else {
            Issue.record("it is unchanged")
            return
        }
    }
}
