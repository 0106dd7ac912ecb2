internal import FoundationEssentials

/// The files under `templates/`: those built in, and over them those of the operator's folder.
///
/// A file of the folder replaces the built-in one of the same path, and adds to them under a new path; an empty one takes it away.
struct Templates: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The most that one file of the operator's folder may hold.
    private static let greatestFile = 4 << 20
    private static let greatestCount = 10_000

    private var texts: [String: String] = [:]

    init() {
        for file in BuiltInTemplates.files { self.texts[file.path] = file.text.description }
    }

    /// The built-in files under those of `folder`.
    /// - Throws: where the folder can't be read, or holds more or larger files than are taken.
    init(overlay folder: String) throws(Failure) {
        self.init()
        let manager = FileManager.default
        let paths: [String]
        do { paths = try manager.subpathsOfDirectory(atPath: folder) } catch {
            throw Failure(description: "the templates folder \(folder) can't be read")
        }
        guard paths.count <= Self.greatestCount else {
            throw Failure(description: "the templates folder \(folder) holds more than \(Self.greatestCount) files")
        }
        for path in paths where [".yaml", ".json", ".md"].contains(where: { path.hasSuffix($0) }) {
            guard let data = manager.contents(atPath: "\(folder)/\(path)"), data.count <= Self.greatestFile,
                let text = String(bytes: data, encoding: .utf8)
            else { throw Failure(description: "\(folder)/\(path) is no UTF-8 text of at most \(Self.greatestFile) bytes") }
            self.texts[path] = text.isEmpty ? nil : text
        }
    }

    /// The files below a folder such as `providers`, in the order of their paths.
    func files(in folder: String) -> [(path: String, text: String)] {
        self.texts.filter { $0.key.hasPrefix(folder + "/") }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
