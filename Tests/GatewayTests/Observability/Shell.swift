import Glibc

/// Runs a command by `sh` and returns its status; -1 where it could not be run.
func shell(_ command: String) -> Int32 {
    var child: pid_t = 0
    let words: [String] = ["/bin/sh", "-c", command]
    let arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    guard posix_spawn(&child, "/bin/sh", nil, nil, arguments, environ) == 0 else { return -1 }
    var status: Int32 = 0
    guard waitpid(child, &status, 0) == child else { return -1 }
    return status >> 8 & 0xff
}
