internal import Outbound
internal import Wire

/// A kind of upstream, as its file under `templates/providers` describes it.
public struct Provider: Sendable, Hashable {
    public enum Authentication: Sendable, Hashable {
        /// `Authorization: Bearer <key>`
        case bearer
        /// The key alone in a header of this name.
        case header(String)
        case none
    }

    /// What answers.
    public enum Transport: String, Sendable, Hashable {
        case http
        /// A simulator inside this process, for trials and tests.
        case fake
        /// A simulator that always fails.
        case fakeError = "fake-error"
    }

    public var name: String
    /// The contract's number of the channel type.
    public var type: Int64
    public var baseURL: String
    public var keyHelp: String
    public var authentication: Authentication
    public var transport: Transport
    /// Paths below the base URL by wire format, for those it speaks.
    public var paths: [WireFormat: String]
}

/// The shape of requests and answers at an endpoint.
public enum WireFormat: String, Sendable, Hashable {
    case chatCompletions = "chat-completions"
}

extension Provider {
    private static let members: Set<String> = ["name", "type", "baseURL", "keyHelp", "authentication", "transport", "paths"]

    /// - Throws: a `ProviderError` that names the file and the member.
    init(json: JSON, file: String) throws(ProviderError) {
        func text(_ name: String) throws(ProviderError) -> String {
            guard let value = json[name]?.stringValue else { throw ProviderError(file, "`\(name)` must be a string") }
            return value
        }
        guard let object = json.objectValue else { throw ProviderError(file, "a provider is a mapping") }
        // A member that is misspelt would otherwise be one that isn't there.
        for (name, _) in object where !Self.members.contains(name) {
            throw ProviderError(file, "`\(name)` is not a member of a provider")
        }
        self.name = try text("name")
        guard let type = json["type"]?.int64Value else { throw ProviderError(file, "`type` must be a whole number") }
        self.type = type
        self.baseURL = try text("baseURL")
        do { _ = try UpstreamBase(self.baseURL) } catch { throw ProviderError(file, "`baseURL`: \(error.message)") }
        self.keyHelp = json["keyHelp"]?.stringValue ?? ""
        switch try text("authentication") {
        case "bearer": self.authentication = .bearer
        case "none": self.authentication = .none
        case let name
        where name.hasPrefix("header:") && name.utf8.dropFirst(7).allSatisfy(Self.isTokenByte) && name.utf8.count > 7:
            self.authentication = .header(String(name.dropFirst(7)))
        default: throw ProviderError(file, "`authentication` must be bearer, none or header:<name>")
        }
        guard let transport = Transport(rawValue: json["transport"]?.stringValue ?? "http") else {
            throw ProviderError(file, "`transport` must be http, fake or fake-error")
        }
        self.transport = transport
        self.paths = [:]
        for (name, path) in json["paths"]?.objectValue ?? JSONObject() {
            guard let format = WireFormat(rawValue: name), let path = path.stringValue, path.hasPrefix("/") else {
                throw ProviderError(file, "`paths` maps known wire formats to paths that begin with /")
            }
            self.paths[format] = path
        }
    }
}

extension Provider {
    /// Whether a header's name may hold it; fewer than RFC 9110 §5.6.2 allows, and all that are used.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
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

    public var all: [Provider] { self.byType.values.sorted { $0.type < $1.type } }
}
