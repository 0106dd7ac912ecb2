import Foundation
import Wire

@testable import ModelRelay

/// Files of the package, and catalogues made of them.
enum ShippedFiles {
    private static let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()

    static let providers = Result { try ProviderCatalogue(files: Templates.providers()) }

    static func provider(_ name: String) throws -> Provider? { try self.providers.get().all.first { $0.name == name } }

    static func files(in folder: String) throws -> [(path: String, text: String)] {
        try FileManager.default.contentsOfDirectory(atPath: "\(self.root)/\(folder)").sorted().map { name in
            (name, try self.text("\(folder)/\(name)"))
        }
    }

    static func text(_ path: String) throws -> String { try String(contentsOfFile: "\(self.root)/\(path)", encoding: .utf8) }

    static func write(_ text: String, to path: String) throws {
        try text.write(toFile: "\(self.root)/\(path)", atomically: true, encoding: .utf8)
    }

    /// A schema under `templates/schemas`.
    static func schema(_ name: String) throws -> JSONSchema? {
        JSONSchema.compile(try JSON.parse(self.text("templates/schemas/\(name)"))).schema
    }
}
