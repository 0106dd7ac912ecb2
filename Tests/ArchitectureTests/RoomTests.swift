import Foundation
import Testing

/// What the sources import, held against the table in `docs/architecture.md`.
@Suite struct RoomTests {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Room -> what it may import of the others, from the table's first and last columns.
    static let table: [String: Set<String>] = {
        let text = (try? String(contentsOf: root.appending(path: "docs/architecture.md"), encoding: .utf8)) ?? ""
        var table: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3 else { continue }
            let names = cells[2].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            table[cells[0].trimmingCharacters(in: ["`"])] = Set(names).subtracting(["—"])
        }
        return table
    }()

    struct Source {
        var path: String
        var imports: Set<String>
        var text: String
    }

    static func sources(of room: String) -> [Source] {
        let folder = root.appending(path: "Sources/\(room)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { file in
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            let imports = text.split(separator: "\n").compactMap { line -> String? in
                let words = line.split(separator: " ").map(String.init)
                guard let index = words.firstIndex(of: "import"), index <= 2, words.count > index + 1,
                    words[..<index].allSatisfy({
                        ["public", "package", "internal", "private", "fileprivate", "@testable"].contains($0)
                    })
                else { return nil }
                return words[index + 1].split(separator: ".").first.map(String.init)
            }
            return Source(path: "\(room)/\(file.lastPathComponent)", imports: Set(imports), text: text)
        }
    }

    @Test("every room of the package is in the table, and every room of the table is in the package")
    func roomsAreNamed() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.root.appending(path: "Sources").path)
        let rooms = folders.filter { name in
            name.first?.isUppercase == true && !(name.first == "C" && name.dropFirst().first?.isUppercase == true)
        }
        #expect(Set(rooms) == Set(Self.table.keys))
    }

    @Test("a room imports no room that the table doesn't allow it", arguments: table.keys.sorted())
    func importsAreAllowed(room: String) {
        let sources = Self.sources(of: room)
        #expect(!sources.isEmpty)
        for source in sources {
            let rooms = source.imports.intersection(Self.table.keys)
            let forbidden = rooms.subtracting(Self.table[room] ?? [])
            #expect(forbidden.isEmpty, "\(source.path) imports \(forbidden.sorted())")
        }
    }

    @Test(
        "a module outside of the house stays in the rooms that need it",
        arguments: [
            ("GRDB", ["Storage"]), ("CLibPQ", ["Storage"]), ("Hummingbird", ["Gateway"]), ("AsyncHTTPClient", ["Outbound"]),
            ("NIOSSL", ["Outbound"]), ("CLibYAML", ["Wire"]), ("CLibXML2", ["OpenAPIToMCP"]), ("Crypto", ["Wire"]),
        ])
    func librariesStayIn(module: String, rooms: [String]) {
        for room in Self.table.keys where !rooms.contains(room) {
            for source in Self.sources(of: room) {
                #expect(!source.imports.contains(module), "\(source.path) imports \(module)")
            }
        }
    }

    @Test("Wire and Ledger know no sockets")
    func pureRooms() {
        for source in Self.sources(of: "Wire") + Self.sources(of: "Ledger") + Self.sources(of: "Directory") {
            #expect(source.imports.allSatisfy { !$0.hasPrefix("NIO") }, "\(source.path)")
        }
    }

    @Test("only Outbound dials")
    func onlyOutboundDials() {
        for room in Self.table.keys where room != "Outbound" {
            for source in Self.sources(of: room) {
                #expect(!source.text.contains("ClientBootstrap("), "\(source.path)")
                #expect(!source.text.contains("URLSession"), "\(source.path)")
            }
        }
    }

    @Test("every file that the walks name is there")
    func walkedFilesExist() throws {
        let text = try String(contentsOf: Self.root.appending(path: "docs/architecture.md"), encoding: .utf8)
        let names = text.matches(of: /`([A-Za-z+\/]+\.swift)`/).map { String($0.1) }.filter { $0 != "main.swift" }
        #expect(names.count > 20)
        let files = Set(
            Self.table.keys.flatMap { room in
                (FileManager.default.enumerator(
                    at: Self.root.appending(path: "Sources/\(room)"), includingPropertiesForKeys: nil)?
                    .allObjects ?? []).compactMap { ($0 as? URL)?.path }
            })
        for name in names {
            #expect(files.contains { $0.hasSuffix("/" + name) }, "\(name)")
        }
    }
}
