internal import FoundationEssentials
internal import Glibc

/// Reading the small files that a configuration consists of.
enum SmallFile {
    /// No configuration file, `.env` or secret may be larger.
    static let maximumBytes = 1 << 20

    /// The file's bytes; nil where it does not exist.
    static func bytes(at path: String, place: String) throws(ConfigurationError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { return nil }
            throw failure(path, place, String(cString: strerror(code)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
            throw failure(path, place, "it is a folder")
        }
        var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
        var count = 0
        while count < bytes.count {
            let size = bytes[count...].withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if size < 0, errno == EINTR { continue }
            guard size >= 0 else { throw failure(path, place, String(cString: strerror(errno))) }
            if size == 0 { break }
            count += size
        }
        guard count <= maximumBytes else { throw failure(path, place, "it is larger than \(sizeText(maximumBytes))") }
        return Array(bytes[..<count])
    }

    /// `name` inside `folder`, unless it is absolute.
    static func path(_ name: String, in folder: String) -> String {
        folder.isEmpty || name.hasPrefix("/") ? name : folder + (folder.hasSuffix("/") ? "" : "/") + name
    }

    private static func failure(_ path: String, _ place: String, _ reason: String) -> ConfigurationError {
        ConfigurationError(place: place, value: nil, expectation: "the file \(path) can't be read: \(reason)")
    }
}

/// The bytes that the text stands for in base64 (RFC 4648 section 4); nil where it is none.
func bytes(ofBase64 text: String) -> [UInt8]? { Data(base64Encoded: text).map(Array.init) }

/// The base64 text (RFC 4648 section 4) of the bytes.
func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
