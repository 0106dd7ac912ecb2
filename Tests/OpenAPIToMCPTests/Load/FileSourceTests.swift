import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Descriptions in files")
struct FileSourceTests {
    private func load(_ folder: TemporaryFolder, _ references: [String], web: ScriptedWeb? = nil) async throws -> (
        DocumentSet?, DiagnosticLog
    ) {
        let members = references.enumerated().map { "  r\($0): {$ref: '\($1)'}\n" }.joined()
        try folder.write("api/main.yaml", "openapi: 3.1.0\npaths:\n" + members)
        return await DocumentLoader.load(from: FileSource(folder.path + "/api/main.yaml", client: web))
    }

    @Test("references lead to files beside and below, also by absolute path and URL, with escapes")
    func near() async throws {
        let folder = try TemporaryFolder([
            "api/a b.yaml": "x: {type: string}", "api/parts/c.json": #"{"$ref": "../d.yaml#/y"}"#, "api/d.yaml": "y: 1",
        ])
        let (documents, log) = try await load(
            folder, ["a%20b.yaml#/x", "./parts/../parts/c.json", "file://\(folder.path)/api/d.yaml"])
        #expect(log.lines == [])
        #expect(
            documents?.documents.map { $0.name.dropFirst(folder.path.count + 5) } == [
                "main.yaml", "a b.yaml", "parts/c.json", "d.yaml",
            ])
    }

    @Test("a document is named as it was given, and others from there")
    func names() async throws {
        let source = FileSource("specs/api.yaml")
        #expect(source.name(of: source.entry) == "specs/api.yaml")
        let folder = try TemporaryFolder(["api.yaml": "openapi: 3.0.0", "x/y.yaml": ""])
        let real = FileSource(folder.path + "/api.yaml")
        let uri = URIReference(real.entry).resolving(URIReference("x/y.yaml")).description
        #expect(real.name(of: uri) == folder.path + "/x/y.yaml")
    }

    @Test(
        "nothing outside of the folder is read, and nothing is said of what is there",
        arguments: [
            "../secret.yaml", "file:///etc/passwd", "/etc/passwd", "%2e%2e/secret.yaml", "%2e%2e/nothing.yaml", "../nothing.yaml",
            "a/../../secret.yaml",
        ])
    func jail(reference: String) async throws {
        let folder = try TemporaryFolder(["secret.yaml": "s: 1"])
        let (documents, log) = try await load(folder, [reference])
        #expect(documents?.documents.count == 1)
        #expect(
            log.lines.count == 1 && log.lines[0].contains("main.yaml:3:8: error[refused-reference] at /paths/r0/$ref: ")
                && log.lines[0].contains("it leads out of the folder"), "\(log.lines)")
    }

    @Test("a symbolic link out of the folder is refused, one inside is not")
    func links() async throws {
        let folder = try TemporaryFolder(["secret.yaml": "s: 1", "api/real.yaml": "s: 2"])
        try folder.link("api/out.yaml", to: "../secret.yaml")
        try folder.link("api/in.yaml", to: "real.yaml")
        let (documents, log) = try await load(folder, ["out.yaml", "in.yaml"])
        #expect(documents?.documents.count == 2)
        #expect(log.lines.count == 1 && log.lines[0].contains("`out.yaml` is not followed: it leads out of the folder"))
    }

    @Test("with a wider folder, files of neighbours are read")
    func wider() async throws {
        let folder = try TemporaryFolder([
            "common/x.yaml": "a: 1", "v1/api.yaml": "openapi: 3.1.0\npaths: {$ref: ../common/x.yaml}",
        ])
        let (documents, log) = await DocumentLoader.load(from: FileSource(folder.path + "/v1/api.yaml", folder: folder.path))
        #expect(log.lines == [] && documents?.documents.last?.name == folder.path + "/common/x.yaml")
    }

    @Test("what is missing or no plain file costs only itself")
    func missing() async throws {
        let folder = try TemporaryFolder(["api/there.yaml": "a: 1", "api/folder/x.yaml": "b: 1"])
        let (documents, log) = try await load(folder, ["gone.yaml", "there.yaml", "folder"])
        #expect(documents?.documents.count == 2)
        #expect(log.list.map(\.pointer.description) == ["/paths/r0/$ref", "/paths/r2/$ref"])
        #expect(log.lines[0].contains("there is no file") && log.lines[1].contains("it is no plain file"))
    }

    @Test("a file over the limit is refused before it is read")
    func large() async throws {
        let folder = try TemporaryFolder(["big.yaml": "openapi: 3.1.0\n" + String(repeating: "#", count: 1000)])
        var limits = CompileLimits()
        limits.documentBytes = 500
        let (documents, log) = await DocumentLoader.load(from: FileSource(folder.path + "/big.yaml"), limits: limits)
        #expect(
            documents == nil && log.lines.count == 1
                && log.lines[0].contains("error[too-large]: the document has more than 500 bytes"))
    }

    @Test("references to the web need a client, and web documents may not refer to files")
    func web() async throws {
        let folder = try TemporaryFolder(["api/d.yaml": "y: 1"])
        let without = try await load(folder, ["https://example.com/a.yaml?token=hidden"])
        #expect(without.1.lines.count == 1 && without.1.lines[0].contains("no web client was given"))
        #expect(!without.1.lines[0].contains("hidden"))
        let client = ScriptedWeb(texts: [
            "https://example.com/a.yaml": "a: {$ref: 'file://\(folder.path)/api/d.yaml'}\nb: {$ref: 'b.yaml'}",
            "https://example.com/b.yaml": "c: 1",
        ])
        let (documents, log) = try await load(folder, ["https://example.com/a.yaml"], web: client)
        #expect(documents?.documents.map(\.name).dropFirst() == ["https://example.com/a.yaml", "https://example.com/b.yaml"])
        #expect(log.lines.count == 1)
        #expect(log.lines[0].hasPrefix("https://example.com/a.yaml:1:5: error[refused-reference] at /a/$ref: "), "\(log.lines)")
    }
}
