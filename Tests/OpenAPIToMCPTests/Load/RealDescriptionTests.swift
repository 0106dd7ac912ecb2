import Foundation
import Testing
import Wire

@testable import OpenAPIToMCP

/// Descriptions of real services, read in place where they are present beside the package.
private enum RealDescriptions {
    static let folder: String = {
        let shared =
            ProcessInfo.processInfo.environment["PORTICO_SHARED"]
            ?? (0..<5).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appendingPathComponent("shared").path
        return shared + "/openapi/specs"
    }()

    /// Reading hundreds of files takes long under a sanitizer.
    static let patient: CompileLimits = {
        var limits = CompileLimits.standard
        limits.time = .seconds(900)
        return limits
    }()

    static var arePresent: Bool { FileManager.default.fileExists(atPath: folder) }

    /// The entries: of a description in many files, its first.
    static let all: [String] = {
        let found = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return found.filter { name in
            ["json", "yaml", "yml"].contains { name.hasSuffix("." + $0) }
                && (!name.hasPrefix("lob-external-refs-3.0/") || name.hasSuffix("/lob-api-public.yml"))
        }.sorted()
    }()
}

@Suite("Descriptions of real services", .enabled(if: RealDescriptions.arePresent, "needs ../shared/openapi or PORTICO_SHARED"))
struct RealDescriptionTests {
    @Test("each loads without an error, and every reference in it leads somewhere", arguments: RealDescriptions.all)
    func loads(name: String) async throws {
        let (documents, log) = await DocumentLoader.load(
            from: FileSource(RealDescriptions.folder + "/" + name), limits: RealDescriptions.patient)
        let set = try #require(documents, "\(log.lines)")
        #expect(log.lines == [])
        var more = DiagnosticLog()
        var count = 0
        for index in set.documents.indices {
            var copy = set
            let place = Place(document: index, pointer: .root)
            for reference in copy.scan(place) {
                let site = Place(document: index, pointer: reference.pointer)
                let target =
                    reference.isMapping
                    ? set.mappingTarget(of: reference.text, from: site, &more) : set.target(of: reference.text, from: site, &more)
                #expect(target.map { set.value(at: $0) != nil } ?? true)
                count += 1
            }
        }
        #expect(more.lines == [], "of \(count) references")
    }

    @Test("names stand where they are said to stand", arguments: RealDescriptions.all)
    func places(name: String) async throws {
        let path = RealDescriptions.folder + "/" + name
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
        let set = try #require(await DocumentLoader.load(from: FileSource(path), limits: RealDescriptions.patient).0)
        let document = set.documents[0]
        for (route, item) in document.root["paths"]?.objectValue ?? [:] {
            for member in [nil] + (item.objectValue?.names ?? []).map({ $0 as String? }) {
                let pointer = JSONPointer(tokens: ["paths", route] + (member.map { [$0] } ?? []))
                let location = try #require(document.location(of: pointer), "\(pointer)")
                let rest = lines[location.line - 1].unicodeScalars.dropFirst(location.column - 1)
                let text = String(String.UnicodeScalarView(rest.prefix(200)))
                let wanted = member ?? route
                #expect(
                    [wanted, "\"" + wanted, "'" + wanted].contains { text.hasPrefix($0) }, "\(pointer) at \(location): \(text)")
            }
        }
    }

    @Test("a description in many files has them all")
    func manyFiles() async throws {
        let path = RealDescriptions.folder + "/lob-external-refs-3.0/lob-api-public.yml"
        let (documents, log) = await DocumentLoader.load(from: FileSource(path), limits: RealDescriptions.patient)
        #expect(log.lines == [] && (documents?.documents.count ?? 0) > 300)
        let again = await DocumentLoader.load(from: FileSource(path), limits: RealDescriptions.patient).0
        #expect(again?.digest == documents?.digest && again?.documents.map(\.name) == documents?.documents.map(\.name))
    }
}
