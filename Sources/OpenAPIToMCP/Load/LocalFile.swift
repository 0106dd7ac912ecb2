internal import Glibc

/// A file that is open for reading.
struct LocalFile: ~Copyable {
    private let descriptor: Int32
    private let size: Int
    /// Which file it is, its size and when it was changed.
    let mark: String

    /// The file that somebody asked for, wherever symbolic links lead.
    init(entryPath: String) throws(DocumentFault) { try self.init(entryPath, flags: 0) }

    /// A file whose path has been resolved: where a link has come in its place since, it is refused.
    init(realPath: String) throws(DocumentFault) { try self.init(realPath, flags: O_NOFOLLOW) }

    private init(_ path: String, flags: Int32) throws(DocumentFault) {
        // Without O_NONBLOCK, opening a pipe waits for its other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags)
        guard descriptor >= 0 else { throw Self.fault(errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw DocumentFault(.unreadable, "it is no plain file", advice: "give the document's own file")
        }
        self.descriptor = descriptor
        size = Int(status.st_size)
        mark = "\(status.st_dev):\(status.st_ino):\(size):\(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    deinit { close(descriptor) }

    /// The whole content.
    /// - Throws: `DocumentFault`, before anything is read where the file's size is over the limit.
    func read(upTo maximumBytes: Int) throws(DocumentFault) -> [UInt8] {
        guard size <= maximumBytes else { throw .tooLarge(maximumBytes) }
        var content: [UInt8] = []
        content.reserveCapacity(size)
        // What a file says of its size may be outdated, or zero as for those that the system makes up.
        while content.count <= maximumBytes {
            var failure: Int32 = 0
            let part = [UInt8](unsafeUninitializedCapacity: min(1 << 20, maximumBytes + 1 - content.count)) { buffer, count in
                let read = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                if read < 0 { failure = errno }
                count = max(0, read)
            }
            if failure == EINTR { continue }
            guard failure == 0 else { throw Self.fault(failure) }
            if part.isEmpty { return content }
            content += part
        }
        throw .tooLarge(maximumBytes)
    }

    private static func fault(_ code: Int32) -> DocumentFault {
        switch code {
        case ENOENT, ENOTDIR: DocumentFault(.unreadable, "there is no such file", advice: "check the path")
        case ELOOP: DocumentFault(.refusedReference, "a symbolic link took the file's place", advice: "try again")
        default:
            DocumentFault(.unreadable, strerror(code).map { String(cString: $0) } ?? "error \(code)", advice: "check the path")
        }
    }

    // MARK: Paths

    /// The absolute path without symbolic links, `.` and `..`; nil where nothing is there.
    static func resolved(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    /// The folder that the path is in; `.` for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func lastName(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// The path of a name in a folder.
    static func path(_ folder: String, _ name: String) -> String { folder.hasSuffix("/") ? folder + name : folder + "/" + name }

    /// What follows the folder in a path; nil where the path is not below it. Both are absolute and without `..`.
    static func rest(of path: String, in folder: String) -> String? {
        let prefix = folder.hasSuffix("/") ? folder : folder + "/"
        guard path.utf8.starts(with: prefix.utf8), !path.utf8.dropFirst(prefix.utf8.count).isEmpty else { return nil }
        return String(path.utf8.dropFirst(prefix.utf8.count))
    }
}
