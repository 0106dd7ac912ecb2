internal import Wire

/// The operator's defaults for channels of a type, from two options in the contract's form: objects by type number.
struct ChannelDefaults: Sendable, Hashable {
    static let modelsOption = "DefaultChannelModels"
    static let mappingOption = "DefaultChannelModelMapping"

    private var models: [Int64: [String]] = [:]
    private var mappings: [Int64: [String: String]] = [:]

    /// Reads both options. What isn't of the form is left aside: options are checked where they are saved, and one of an
    /// older version must not keep the directory from being served.
    init(options: [String: String]) {
        for (type, value) in Self.members(of: options[Self.modelsOption]) {
            models[type] = value.arrayValue?.compactMap(\.stringValue)
        }
        for (type, value) in Self.members(of: options[Self.mappingOption]) {
            guard let names = value.objectValue else { continue }
            mappings[type] = Dictionary(
                names.compactMap { name, value in value.stringValue.map { (name, $0) } }, uniquingKeysWith: { _, last in last })
        }
    }

    func models(forType type: Int64) -> [String] { models[type] ?? [] }
    func mapping(forType type: Int64) -> [String: String] { mappings[type] ?? [:] }

    private static func members(of text: String?) -> [(Int64, JSON)] {
        guard let text, let object = try? JSON.parse(text).objectValue else { return [] }
        return object.compactMap { name, value in Int64(name).map { ($0, value) } }
    }
}
