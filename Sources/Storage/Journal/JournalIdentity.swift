internal import Glibc

/// Tells one journal from another, so that a database's marks are never applied to a folder that they are not about.
enum JournalIdentity {
    /// The number in `folder`'s file `identity`, which is drawn and written where there is none.
    static func read(folder: String) throws(StorageError) -> UInt64 {
        let path = folder + "/identity"
        if let text = try contents(path) {
            guard let number = UInt64(text.prefix { $0 != "\n" }, radix: 16) else {
                throw .damaged("\(path) does not hold the journal's number")
            }
            return number
        }
        let number = UInt64.random(in: 1 ... .max)
        try write(String(number, radix: 16) + "\n", to: path, folder: folder)
        return number
    }

    private static func contents(_ path: String) throws(StorageError) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw .init(.configuration, "\(path) can't be opened: \(FileSystem.reason(errno))") }
        defer { close(file) }
        return withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            String(decoding: buffer[..<max(0, Glibc.read(file, buffer.baseAddress, 64))], as: UTF8.self)
        }
    }

    /// Written beside, synced and renamed: it is there whole or not at all.
    private static func write(_ text: String, to path: String, folder: String) throws(StorageError) {
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .init(.configuration, "\(draft) can't be written: \(FileSystem.reason(errno))") }
        let count = text.withCString { Glibc.write(file, $0, text.utf8.count) }
        let isSynced = fsync(file) == 0
        close(file)
        guard count == text.utf8.count, isSynced, rename(draft, path) == 0 else {
            throw .init(.configuration, "\(path) can't be written: \(FileSystem.reason(errno))")
        }
        FileSystem.syncFolder(folder)
    }
}
