internal import Glibc
internal import Logging
internal import Wire

/// The operator's key: the configured one, or one made at the first start and kept beside the data.
enum AdminKey {
    static let fileName = "admin.key"

    /// `configuration` with an admin key in it.
    /// - Throws: where the file can't be read or written.
    static func settle(_ configuration: Configuration, logger: Logger) throws(ConfigurationError) -> Configuration {
        guard configuration.keys.admin == nil else { return configuration }
        var configuration = configuration
        // Loading the master secret makes the data folder.
        _ = try SecretFile.masterSecret(configuration)
        let path = configuration.databases.effectiveDataFolder + "/" + Self.fileName
        if let bytes = try SmallFile.bytes(at: path, place: path) {
            let key = String(decoding: bytes, as: UTF8.self).trimmingSpaces()
            guard key.utf8.count >= 16 else {
                throw ConfigurationError(
                    place: path, value: nil, expectation: "the file must hold a key of at least 16 characters")
            }
            configuration.keys.admin = key
            return configuration
        }
        let key = SecretText.random(length: 48)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        let text = Array((key + "\n").utf8)
        guard descriptor >= 0, write(descriptor, text, text.count) == text.count else {
            throw ConfigurationError(
                place: path, value: nil, expectation: "can't write the file: \(String(cString: strerror(errno)))")
        }
        close(descriptor)
        logger.notice("no ADMIN_KEY is set: one was made", metadata: ["file": "\(path)"])
        configuration.keys.admin = key
        return configuration
    }
}
