internal import Glibc

/// Where records go that a database refuses for what is in them: `refused.records` in the journal's folder, each as its length
/// (4 bytes, little-endian) and its payload, as it stood in the journal.
enum RefusedRecords {
    static func append(_ payload: UnsafeRawBufferPointer, folder: String) throws(StorageError) {
        let path = folder + "/refused.records"
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .unavailable("\(path) can't be opened: \(FileSystem.reason(errno))") }
        defer { close(file) }
        var bytes: [UInt8] = []
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { bytes += $0 }
        bytes += payload
        let count = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        guard count == bytes.count, fsync(file) == 0 else {
            throw .unavailable("\(path) can't be written: \(FileSystem.reason(errno))")
        }
    }
}
