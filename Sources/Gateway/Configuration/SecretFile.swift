internal import Glibc
public import Wire

/// The file with the secret from which the keys that seal and hash are derived.
public enum SecretFile {
    /// How many bytes a secret has that is made here.
    public static let byteCount = MasterSecret.leastBytes
    /// The file's name in the data folder.
    public static let fileName = "secret.key"

    /// The configured secret, or that of the file `secret.key` in the data folder, which is made (readable by its owner only) where
    /// it does not exist yet. The folder is made, too.
    ///
    /// Two processes that start at once on an empty folder get the same secret: the file appears whole under its name, once.
    /// - Throws: where the file can't be read or written, is readable by others, or holds no secret.
    public static func masterSecret(_ configuration: Configuration) throws(ConfigurationError) -> MasterSecret {
        let bytes = try bytes(configuration)
        guard let secret = MasterSecret(bytes: bytes) else {
            throw ConfigurationError(
                place: "PORTICO_SECRET", value: nil, expectation: "the secret must have at least \(byteCount) bytes")
        }
        return secret
    }

    static func bytes(_ configuration: Configuration) throws(ConfigurationError) -> [UInt8] {
        if let secret = configuration.keys.master { return secret }
        let folder = configuration.databases.effectiveDataFolder
        let path = folder + "/" + fileName
        if let secret = try read(path) { return secret }
        try makeFolder(folder)
        try make(path)
        guard let secret = try read(path) else {
            throw ConfigurationError(place: path, value: nil, expectation: "the file was removed while it was made")
        }
        return secret
    }

    private static func read(_ path: String) throws(ConfigurationError) -> [UInt8]? {
        guard let bytes = try SmallFile.bytes(at: path, place: path) else { return nil }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 == 0 else {
            throw ConfigurationError(
                place: path, value: nil, expectation: "the file must be readable by its owner only (mode 0600)")
        }
        guard let secret = Gateway.bytes(ofBase64: String(decoding: bytes, as: UTF8.self).trimmingSpaces()),
            secret.count >= byteCount
        else {
            throw ConfigurationError(
                place: path, value: nil, expectation: "the file must hold at least \(byteCount) bytes in base64")
        }
        return secret
    }

    private static func makeFolder(_ folder: String) throws(ConfigurationError) {
        var path = folder.hasPrefix("/") ? "/" : ""
        for part in folder.split(separator: "/") {
            path += (path.isEmpty || path == "/" ? "" : "/") + part
            guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(folder, "make the folder") }
        }
    }

    /// Writes a temporary file and links it to its name, which fails where the name exists: so nobody sees half a secret.
    private static func make(_ path: String) throws(ConfigurationError) {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<byteCount).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let temporary = "\(path).\(getpid()).\(UInt64.random(in: .min ... .max, using: &generator))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "write the file") }
        let text = Array((base64(secret) + "\n").utf8)
        let isWritten = write(descriptor, text, text.count) == text.count && fsync(descriptor) == 0
        close(descriptor)
        defer { unlink(temporary) }
        guard isWritten, link(temporary, path) == 0 || errno == EEXIST else { throw failure(path, "write the file") }
    }

    private static func failure(_ path: String, _ action: String) -> ConfigurationError {
        ConfigurationError(place: path, value: nil, expectation: "can't \(action): \(String(cString: strerror(errno)))")
    }
}
