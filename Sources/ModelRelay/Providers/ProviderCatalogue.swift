internal import Wire

/// All kinds of upstream, by the contract's number.
public struct ProviderCatalogue: Sendable {
    private var byType: [Int64: Provider] = [:]

    /// - Parameter files: path and text of each file under `templates/providers`.
    /// - Throws: a `ProviderError` for a file that isn't understood, or a number that two files claim.
    public init(files: [(path: String, text: String)]) throws(ProviderError) {
        for file in files {
            let document: YAMLDocument
            do { document = try YAML.parse(file.text) } catch { throw ProviderError(file.path, "\(error)") }
            let provider = try Provider(json: document.root, file: file.path)
            if let other = self.byType[provider.type] {
                throw ProviderError(file.path, "type \(provider.type) is \(other.name)'s already")
            }
            self.byType[provider.type] = provider
        }
    }

    public subscript(type: Int64) -> Provider? { self.byType[type] }

    /// All, in the order of their numbers.
    public var all: [Provider] { self.byType.values.sorted { $0.type < $1.type } }
}

/// A provider's file that can't be used.
public struct ProviderError: Error, Sendable, CustomStringConvertible {
    public var file: String
    public var message: String

    init(_ file: String, _ message: String) {
        self.file = file
        self.message = message
    }

    public var description: String { "\(self.file): \(self.message)" }
}
