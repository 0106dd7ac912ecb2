internal import Wire

extension ConfigurationDocument {
    /// Reads the file's text.
    init(_ bytes: [UInt8], name: String) throws(ConfigurationError) {
        let limits = YAMLLimits(
            maximumBytes: SmallFile.maximumBytes, maximumDepth: 16, maximumValues: 100_000, maximumAliases: 1000)
        do {
            let document = try YAML.parse(bytes, limits: limits)
            self.init(name: name, root: document.root) { pointer in
                (document.keyLocation(of: pointer) ?? document.location(of: pointer)).map { ($0.line, $0.column) }
            }
        } catch {
            throw ConfigurationError(place: "\(name):\(error.location)", value: nil, expectation: error.message)
        }
    }
}
