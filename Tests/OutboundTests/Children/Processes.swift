import Glibc
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import Outbound

/// What the tests of real processes share.
enum Processes {
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// A shell that runs `script`; with short graces, so that tests of stubborn children don't take long.
    static func shell(_ script: String, _ change: (inout ChildLaunch) -> Void = { _ in }) -> ChildLaunch {
        var launch = ChildLaunch(program: "/bin/sh")
        launch.arguments = ["-c", script]
        launch.inputGrace = .milliseconds(100)
        launch.terminationGrace = .milliseconds(100)
        change(&launch)
        return launch
    }

    static func start(_ launch: ChildLaunch) async throws -> ChildProcess {
        try await ChildProcess.start(launch, on: self.group.any(), logger: self.logger)
    }

    /// State and parent of a process (proc_pid_stat(5)), or nil where there is none.
    static func state(of process: Int32) -> (state: Character, parent: Int32)? {
        guard let text = self.contents(of: "/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        guard fields.count > 2, let state = fields[1].first, let parent = Int32(fields[2]) else { return nil }
        return (state, parent)
    }

    /// Whether the process is there and does something; one that only has to be waited for by its parent doesn't.
    static func runs(_ process: Int32) -> Bool {
        guard let (state, _) = self.state(of: process) else { return false }
        return state != "Z" && state != "X"
    }

    /// Waits until `condition` holds, generously.
    static func eventually(_ condition: () -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return condition()
    }

    static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// How many descriptors a process has open; nil = this one.
    static func openDescriptors(of process: Int32? = nil) -> Int {
        guard let folder = opendir("/proc/\(process.map(String.init) ?? "self")/fd") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) { if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 } }
        return count
    }

    /// Whether this process runs under AddressSanitizer or ThreadSanitizer.
    static let isSanitized = dlsym(nil, "__asan_init") != nil || dlsym(nil, "__tsan_init") != nil

    /// How many ends of pipes this process has open.
    static func openPipes() -> Int {
        guard let folder = opendir("/proc/self/fd") else { return -1 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            var target = [UInt8](repeating: 0, count: 32)
            let length = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 1) { name in
                    target.withUnsafeMutableBytes { target in
                        target.withMemoryRebound(to: CChar.self) { readlinkat(dirfd(folder), name, $0.baseAddress!, $0.count) }
                    }
                }
            }
            if length > 0, target.starts(with: "pipe:".utf8) { count += 1 }
        }
        return count
    }

    static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(descriptor, &bytes, bytes.count)
        return count >= 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
    }
}

extension LineChannel {
    func send(_ text: String) async throws { try await self.send(Array(text.utf8)) }

    func nextText() async throws -> String? { try await self.next().map { String(decoding: $0, as: UTF8.self) } }
}
