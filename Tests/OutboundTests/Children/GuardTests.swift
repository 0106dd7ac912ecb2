import Glibc
import GuardProbe
import NIOCore
import Testing

@testable import Outbound

@Suite("The guard of a child process", .timeLimit(.minutes(2)))
struct GuardTests {
    /// Ignores SIGTERM and the end of its input; has one child in its group, and one in a session of its own, that do the same.
    private static let stubborn = """
        trap '' TERM HUP INT
        sleep 600 & beside=$!
        setsid sh -c 'sleep 600 & echo $$ $!; exec sleep 600' > "$0" &
        until [ "$(cat "$0" 2>/dev/null | wc -w)" -ge 2 ]; do sleep 0.01; done
        echo $$ $beside $(cat "$0")
        rm "$0"
        exec sleep 600 < /dev/null
        """

    private static func arguments() -> [String] {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        return ["-c", self.stubborn, "\(folder)/portico-guard-test-\(getpid())-\(UInt64.random(in: .min ... .max))"]
    }

    private static func processes(_ line: String?) throws -> [Int32] {
        let processes = try #require(line).split(separator: " ").compactMap { Int32($0) }
        try #require(processes.count == 4)
        for process in processes { #expect(Processes.runs(process)) }
        return processes
    }

    @Test("a child that ignores SIGTERM, its group, and what it put into another session: all are gone after close")
    func stubbornChild() async throws {
        let child = try await Processes.start(Processes.shell("") { $0.arguments = Self.arguments() })
        let processes = try Self.processes(try await child.nextText())
        let guardian = try #require(Processes.state(of: child.processIdentifier)?.parent)
        #expect(Processes.contents(of: "/proc/\(guardian)/comm") == "portico-guard\n")
        await child.close()
        #expect(child.exit == .signalled(SIGKILL))
        for process in processes + [guardian] { #expect(Processes.state(of: process) == nil, "waited for, too") }
    }

    @Test("what a child leaves behind when it ends by itself goes with it")
    func leftBehind() async throws {
        let child = try await Processes.start(
            Processes.shell("sleep 600 & setsid sleep 600 & echo $!; read line; exit 5") {
                $0.terminationGrace = .milliseconds(50)
            })
        let left = try #require(Int32(try await child.nextText() ?? ""))
        try await child.send("go")
        #expect(await child.gone() == .exited(code: 5))
        #expect(Processes.state(of: left) == nil)
        #expect(try await child.next() == nil, "nobody holds its output open")
    }

    @Test("Portico killed with SIGKILL: the child that ignores the end of its input, and its children, are gone")
    func killedParent() async throws {
        let ends = try Processes.pipe()
        let arguments = (["/bin/sh"] + Self.arguments()).map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let probe = guard_probe_start(arguments, ends.write)
        close(ends.write)
        try #require(probe > 0)
        let channel = try StandardStreams(input: ends.read, output: open("/dev/null", O_WRONLY | O_CLOEXEC))
        let processes = try Self.processes(try await channel.nextText())
        let guardian = try #require(Processes.state(of: processes[0])?.parent)
        #expect(Processes.state(of: guardian)?.parent == probe)
        #expect(guard_probe_kill(probe) == SIGKILL)
        #expect(try await Processes.eventually { !(processes + [guardian]).contains(where: Processes.runs) })
        await channel.close()
    }

    @Test("a guard that is killed takes the child along, and the loss is told")
    func killedGuard() async throws {
        let child = try await Processes.start(Processes.shell("trap '' TERM; sleep 600 & echo $!; wait"))
        let beside = try #require(Int32(try await child.nextText() ?? ""))
        let guardian = try #require(Processes.state(of: child.processIdentifier)?.parent)
        kill(guardian, SIGKILL)
        #expect(await child.gone() == .lost)
        #expect(try await Processes.eventually { !Processes.runs(beside) && !Processes.runs(child.processIdentifier) })
        #expect(Processes.state(of: guardian) == nil)
        await child.close()
    }

    @Test(
        "a guard shares nothing of our memory, our arguments and our descriptors",
        .enabled(if: !Processes.isSanitized, "a sanitizer's run time needs its memory, in the guard too"))
    func footprint() async throws {
        let child = try await Processes.start(Processes.shell("exec cat"))
        let guardian = try #require(Processes.state(of: child.processIdentifier)?.parent)
        // It shows its name once it is through with giving things back.
        #expect(
            try await Processes.eventually {
                Processes.contents(of: "/proc/\(guardian)/cmdline")?.trimmingZeros == "portico-guard"
            })
        #expect(
            try await Processes.eventually {
                let summary = Processes.contents(of: "/proc/\(guardian)/smaps_rollup") ?? ""
                let line = summary.split(separator: "\n").first { $0.hasPrefix("Private_Dirty:") } ?? ""
                return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) }).map { $0 < 4096 } ?? false
            }, "kilobytes of its own")
        #expect(
            try await Processes.eventually { Processes.openDescriptors(of: guardian) == 3 },
            "its life-line, its status, its signals")
        await child.close()
    }
}

extension String {
    fileprivate var trimmingZeros: String { String(self.prefix { $0 != "\0" }) }
}
