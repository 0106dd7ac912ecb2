internal import Glibc
internal import Synchronization

/// The right to use a file or folder alone. The kernel takes it back when the process ends, however it ends.
final class FileLock: Sendable {
    private let descriptor: Mutex<Int32>

    /// Takes the lock, and writes this process's id into the file for whoever finds it taken.
    /// - Parameter subject: what is locked, for the message.
    /// - Throws: `alreadyInUse` where another process holds it.
    init(path: String, of subject: String) throws(StorageError) {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .init(.configuration, "\(path) can't be opened: \(FileSystem.reason(errno))") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            defer { Glibc.close(file) }
            guard code == EWOULDBLOCK else {
                throw .init(.configuration, "\(path) can't be locked: \(FileSystem.reason(code))")
            }
            let owner = Self.owner(file)
            throw .init(
                .alreadyInUse(processID: owner),
                "\(subject) is in use by \(owner.map { "process \($0)" } ?? "another process"); only one may use it")
        }
        let text = "\(getpid())\n"
        _ = ftruncate(file, 0)
        _ = text.withCString { pwrite(file, $0, text.utf8.count, 0) }
        descriptor = Mutex(file)
    }

    deinit { release() }

    /// Gives the lock back; once is enough. The file stays: removing it would let two processes hold two files of one name.
    func release() {
        let file = descriptor.withLock { file in
            defer { file = -1 }
            return file
        }
        if file >= 0 { Glibc.close(file) }
    }

    private static func owner(_ file: Int32) -> Int32? {
        withUnsafeTemporaryAllocation(byteCount: 32, alignment: 1) { buffer in
            let count = pread(file, buffer.baseAddress, buffer.count, 0)
            guard count > 0 else { return nil }
            return Int32(String(decoding: buffer[..<count].prefix { $0 != 0x0a }, as: UTF8.self))
        }
    }
}
