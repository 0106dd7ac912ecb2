internal import Glibc

/// The few things that are asked of the file system.
enum FileSystem {
    /// The system's words for an error number.
    static func reason(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }

    /// The folder that `path` is in; "." for a bare name.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Creates `path` and what it is in; fine where it exists. Only the owner may enter what is created.
    static func createFolder(_ path: String) throws(StorageError) {
        if path.isEmpty || mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        if errno == ENOENT, case let parent = folder(of: path), parent != path {
            try createFolder(parent)
            if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        }
        throw .init(.configuration, "the folder \(path) can't be created: \(reason(errno))")
    }

    /// The names of what is in `folder`, sorted.
    static func names(in folder: String) throws(StorageError) -> [String] {
        guard let stream = opendir(folder) else {
            throw .init(.configuration, "the folder \(folder) can't be read: \(reason(errno))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes the names in `folder` survive a loss of power.
    static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
