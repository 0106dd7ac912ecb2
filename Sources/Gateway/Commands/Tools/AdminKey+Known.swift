extension AdminKey {
    /// The operator's key where there is one: the configured one, or that which a server made beside its data. None is made.
    /// - Throws: where the file can't be read.
    static func known(_ configuration: Configuration) throws(ConfigurationError) -> String? {
        if let key = configuration.keys.admin { return key }
        let path = configuration.databases.effectiveDataFolder + "/" + Self.fileName
        guard let bytes = try SmallFile.bytes(at: path, place: path) else { return nil }
        let key = String(decoding: bytes, as: UTF8.self).trimmingSpaces()
        return key.isEmpty ? nil : key
    }
}
