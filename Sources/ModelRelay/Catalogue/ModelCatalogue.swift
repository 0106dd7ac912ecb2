public import Directory
internal import Ledger
internal import Synchronization
internal import Wire

/// What is known of models before an operator says anything: owner, mode, sizes, abilities, list prices, and which providers serve them.
/// From the files under `templates/models`, which are read when somebody asks first, and once.
public final class ModelCatalogue: Sendable {
    /// A model with the contract's numbers of the providers that serve it.
    public struct Entry: Sendable, Hashable {
        public var config: ModelConfig
        public var types: [Int64]
    }

    fileprivate enum State {
        case unread([(path: String, text: String)])
        case read(Result<Contents, ModelCatalogueError>)
    }

    fileprivate struct Contents {
        var entries: [Entry] = []
        var indices: [String: Int] = [:]
    }

    private let state: Mutex<State>

    /// - Parameter files: path and text of each file under `templates/models`.
    public init(files: [(path: String, text: String)]) { self.state = Mutex(.unread(files)) }

    /// All models, by name; empty where a file can't be understood, which `check` tells.
    public var all: [Entry] { self.contents.entries }

    /// The models that a provider serves, by name.
    public func models(ofType type: Int64) -> [Entry] { self.contents.entries.filter { $0.types.contains(type) } }

    /// The model of that name.
    ///
    /// Where it isn't listed: the name without a vendor before it (`anthropic/claude-…`), and without the date or `-latest` at its end.
    public subscript(name: String) -> Entry? {
        let contents = self.contents
        for name in Self.spellings(of: name) {
            if let index = contents.indices[name] { return contents.entries[index] }
        }
        return nil
    }

    /// The greatest number of tokens that a model answers with; nil where it isn't known.
    public func maximumOutputTokens(ofModel name: String) -> Int64? {
        self[name]?.config.config["max_output_tokens"]?.int64Value
    }

    /// - Throws: a `ModelCatalogueError` for a file that isn't understood.
    public func check() throws(ModelCatalogueError) { _ = try self.read().get() }

    private var contents: Contents { (try? self.read().get()) ?? Contents() }

    private func read() -> Result<Contents, ModelCatalogueError> {
        self.state.withLock { state in
            switch state {
            case .read(let result): return result
            case .unread(let files):
                let result = Result { () throws(ModelCatalogueError) in try Contents(files: files) }
                state = .read(result)
                return result
            }
        }
    }

    private static func spellings(of name: String) -> [String] {
        var names = [name]
        if let slash = name.lastIndex(of: "/") { names.append(String(name[name.index(after: slash)...])) }
        for name in names {
            if let end = name.firstMatch(of: /-(latest|20[0-9]{2}-?[0-9]{2}-?[0-9]{2})$/)?.range.lowerBound {
                names.append(String(name[..<end]))
            }
        }
        return names
    }
}

extension ModelCatalogue.Contents {
    init(files: [(path: String, text: String)]) throws(ModelCatalogueError) {
        for file in files {
            let root: JSON
            do { root = try JSON.parse(file.text) } catch { throw ModelCatalogueError(file.path, "\(error)") }
            guard let owner = root["owner"]?.stringValue, let models = root["models"]?.arrayValue else {
                throw ModelCatalogueError(file.path, "an owner and a list of models were expected")
            }
            for model in models { self.entries.append(try Self.entry(model, owner: owner, file: file.path)) }
        }
        self.entries.sort { $0.config.model < $1.config.model }
        for (index, entry) in self.entries.enumerated() {
            guard self.indices.updateValue(index, forKey: entry.config.model) == nil else {
                throw ModelCatalogueError("models", "`\(entry.config.model)` is there twice")
            }
        }
    }

    private static func entry(_ model: JSON, owner: String, file: String) throws(ModelCatalogueError) -> ModelCatalogue.Entry {
        guard let name = model["model"]?.stringValue, let mode = model["type"]?.int64Value else {
            throw ModelCatalogueError(file, "a model has a name (`model`) and a mode's number (`type`)")
        }
        let types = (model["at"]?.arrayValue ?? []).compactMap(\.int64Value)
        guard !types.isEmpty, types.count == model["at"]?.arrayValue?.count else {
            throw ModelCatalogueError(file, "`\(name)`: `at` is a list of providers' numbers")
        }
        var config = ModelConfig(model: name, createdAt: 0)
        config.owner = owner
        config.type = CallMode(number: mode)
        config.config = model["config"]?.objectValue ?? JSONObject()
        do { config.price = try Price(json: model["price"]?.objectValue ?? JSONObject()) } catch {
            throw ModelCatalogueError(file, "`\(name)`: price.\(error)")
        }
        return ModelCatalogue.Entry(config: config, types: types)
    }
}

/// A file of the model catalogue that can't be used.
public struct ModelCatalogueError: Error, Sendable, CustomStringConvertible {
    public var file: String
    public var message: String

    init(_ file: String, _ message: String) {
        self.file = file
        self.message = message
    }

    public var description: String { "\(self.file): \(self.message)" }
}
