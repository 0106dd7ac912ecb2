#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Finds the file of a program, before anything is forked.
enum ProgramPath {
    /// - Parameter searchPath: directories, separated by colons, as in `PATH`.
    /// - Throws: `OutboundError.connect` naming the program.
    static func find(_ program: String, in searchPath: String) throws(OutboundError) -> String {
        // A path is for the kernel to judge, in the directory where the program is to run.
        if program.utf8.contains(UInt8(ascii: "/")) { return program }
        var isThere = false
        for directory in searchPath.split(separator: ":") where directory.hasPrefix("/") {
            let path = "\(directory)/\(program)"
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
            if access(path, X_OK) == 0 { return path }
            isThere = true
        }
        throw OutboundError(
            .connect, isThere ? "the program \"\(program)\" may not be executed" : "there is no program \"\(program)\" in PATH")
    }
}
