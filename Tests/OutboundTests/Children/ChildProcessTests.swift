import Glibc
import Testing

@testable import Outbound

@Suite("A child process that is spoken to line by line", .timeLimit(.minutes(2)))
struct ChildProcessTests {
    @Test("lines go there and back; closing its input ends it")
    func echo() async throws {
        let child = try await Processes.start(Processes.shell("exec cat") { $0.inputGrace = .seconds(30) })
        for text in ["one", "", "{\"three\": 3}"] {
            try await child.send(text)
            #expect(try await child.nextText() == text)
        }
        #expect(child.exit == nil)
        await child.close()
        #expect(child.exit == .exited(code: 0))
        #expect(try await child.next() == nil)
        await #expect { try await child.send("more") } throws: { ($0 as? OutboundError)?.code == .closed }
    }

    @Test("many tasks send at once, and no line is torn")
    func manySenders() async throws {
        let child = try await Processes.start(Processes.shell("exec cat"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 0..<20 {
                group.addTask {
                    for _ in 0..<50 {
                        try await child.send(String(repeating: "\(Character(UnicodeScalar(UInt8(97 + sender))))", count: 5000))
                    }
                }
            }
            var counts: [Character: Int] = [:]
            for _ in 0..<1000 {
                let line = try #require(try await child.nextText())
                #expect(line.count == 5000 && Set(line).count == 1)
                counts[line.first ?? "?", default: 0] += 1
            }
            #expect(counts.count == 20 && counts.values.allSatisfy { $0 == 50 })
            try await group.waitForAll()
        }
        await child.close()
    }

    @Test("a line of megabytes goes there and back")
    func longLine() async throws {
        let child = try await Processes.start(Processes.shell("exec cat"))
        let line = (0..<3 << 20).map { UInt8(97 + $0 % 26) }
        async let sent: Void = child.send(line)
        #expect(try await child.next() == line)
        try await sent
        await child.close()
    }

    @Test("a line past the bound is refused, and reading goes on behind it")
    func tooLong() async throws {
        let launch = Processes.shell("head -c 200000 /dev/zero | tr '\\0' x; echo; echo next") { $0.maximumLineBytes = 100_000 }
        let child = try await Processes.start(launch)
        await #expect { try await child.next() } throws: { ($0 as? OutboundError)?.code == .tooLarge }
        #expect(try await child.nextText() == "next")
        #expect(try await child.next() == nil)
        await child.close()
    }

    @Test("a line feed inside a line would make two of it")
    func lineFeed() async throws {
        let child = try await Processes.start(Processes.shell("exec cat"))
        await #expect { try await child.send("a\nb") } throws: { ($0 as? OutboundError)?.code == .protocolViolation }
        await child.close()
    }

    @Test("what it wrote before it ended is read to the last line, however slow the reader")
    func readAfterTheEnd() async throws {
        let child = try await Processes.start(
            Processes.shell("i=0; while [ $i -lt 3000 ]; do echo $i-$(printf %01000d 0); i=$((i+1)); done"))
        // Far more than the pipe and the queue hold: it can't end before somebody reads.
        var lines = 0
        while let line = try await child.nextText() {
            #expect(line.hasPrefix("\(lines)-"))
            lines += 1
            if lines == 2950 { _ = await child.gone() }
        }
        #expect(lines == 3000)
    }

    @Test("one that floods its standard error goes on; the last lines of it are kept")
    func errorFlood() async throws {
        let child = try await Processes.start(
            Processes.shell(
                "head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2; printf 'last \\033[31m words\\n' >&2; echo done; exec cat")
        )
        #expect(try await child.nextText() == "done")
        #expect(try await Processes.eventually { child.errorLines.last == "last ␛[31m words" })
        await child.close()
    }

    @Test("how it ended is known", arguments: [("exit 7", ChildExit.exited(code: 7)), ("kill -KILL $$", .signalled(SIGKILL))])
    func exit(script: String, exit: ChildExit) async throws {
        let child = try await Processes.start(Processes.shell(script))
        #expect(await child.gone() == exit)
        #expect(child.exit == exit)
        #expect(try await child.next() == nil)
        await child.close()
    }

    @Test(
        "a program that can't be run is named, with the reason",
        arguments: [
            (ChildLaunch(program: "no-such-program"), "there is no program \"no-such-program\" in PATH"),
            (ChildLaunch(program: "/etc/no/such"), "\"/etc/no/such\" can't be executed: No such file or directory"),
            (ChildLaunch(program: "/etc/passwd"), "\"/etc/passwd\" can't be executed: Permission denied"),
            (
                Processes.shell("true") { $0.workingDirectory = "/no/such" },
                "\"/bin/sh\" can't run in \"/no/such\": No such file or directory"
            ),
        ])
    func cannotRun(launch: ChildLaunch, message: String) async throws {
        await #expect { try await Processes.start(launch) } throws: { error in
            (error as? OutboundError)?.code == .connect && (error as? OutboundError)?.message == message
        }
    }

    @Test("it gets the variables that are given, few others, its directory, and nothing of ours besides three pipes")
    func surroundings() async throws {
        setenv("PORTICO_TEST_SECRET", "sesame", 1)
        let child = try await Processes.start(
            Processes.shell("env; echo; pwd; ls /proc/self/fd | tr '\\n' ' '; echo; ulimit -n") { launch in
                launch.environment = ["GIVEN": "yes", "HOME": "/elsewhere"]
                launch.workingDirectory = "/usr"
                launch.limits.openFiles = 77
            })
        var names: Set<String> = []
        while let line = try await child.nextText(), !line.isEmpty {
            names.insert(String(line.prefix { $0 != "=" }))
            if line.hasPrefix("HOME=") { #expect(line == "HOME=/elsewhere") }
        }
        #expect(names.isSuperset(of: ["GIVEN", "HOME", "PATH"]))
        // What the shell itself adds.
        #expect(names.subtracting(ChildLaunch.inheritedVariables).subtracting(["PWD", "OLDPWD", "_", "SHLVL"]) == ["GIVEN"])
        #expect(try await child.nextText() == "/usr")
        // The fourth is the listing's own.
        #expect(try await child.nextText() == "0 1 2 3 ")
        #expect(try await child.nextText() == "77")
        await child.close()
    }

    @Test("no signal is blocked or ignored in it")
    func signals() async throws {
        let child = try await Processes.start(Processes.shell("exec grep -E '^Sig(Blk|Ign)' /proc/self/status"))
        for name in ["SigBlk", "SigIgn"] { #expect(try await child.nextText() == "\(name):\t0000000000000000") }
        await child.close()
    }

    @Test("a sender waits while it doesn't read, and may stop waiting; so much may wait, and no more")
    func slowReader() async throws {
        let child = try await Processes.start(Processes.shell("sleep 600") { $0.maximumPendingBytes = 500_000 })
        let line = [UInt8](repeating: 120, count: 400_000)
        // Immediate, so that it is the first.
        let sending = Task.immediate { try await child.send(line) }
        #expect(
            try await Processes.eventuallyThrows(.overloaded) { try await child.send(line) },
            "the pipe doesn't hold the first, and both are more than may wait")
        sending.cancel()
        await #expect { try await sending.value } throws: { ($0 as? OutboundError)?.code == .cancelled }
        await child.close()
    }

    @Test("a reader may stop waiting, and loses nothing")
    func cancelledReader() async throws {
        let child = try await Processes.start(Processes.shell("exec cat"))
        let reading = Task { try await child.next() }
        reading.cancel()
        await #expect { try await reading.value } throws: { ($0 as? OutboundError)?.code == .cancelled }
        try await child.send("still here")
        #expect(try await child.nextText() == "still here")
        await child.close()
    }

    @Test("letting it go ends it")
    func letGo() async throws {
        var child: ChildProcess? = try await Processes.start(Processes.shell("echo up; trap '' TERM; while :; do sleep 1; done"))
        #expect(try await child?.nextText() == "up")
        let process = try #require(child?.processIdentifier)
        #expect(Processes.runs(process))
        child = nil
        #expect(try await Processes.eventually { !Processes.runs(process) })
    }

    @Test("two hundred of them come and go, and leave no descriptor and no process behind")
    func rounds() async throws {
        let before = Processes.openPipes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<50 {
                        let child = try await Processes.start(Processes.shell("exec cat") { $0.inputGrace = .seconds(30) })
                        let guardian = try #require(Processes.state(of: child.processIdentifier)?.parent)
                        await child.close()
                        #expect(Processes.state(of: child.processIdentifier) == nil)
                        #expect(Processes.state(of: guardian) == nil, "not even a zombie")
                    }
                }
            }
            try await group.waitForAll()
        }
        // Other tests run beside and have some open; one kept per round would be two hundred.
        #expect(try await Processes.eventually { Processes.openPipes() < before + 150 })
    }
}

extension Processes {
    /// Whether `body` throws that code sooner or later; each call may wait, so it is given up after a while and tried again.
    static func eventuallyThrows(
        _ code: OutboundError.Code, _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            let attempt = Task { try await body() }
            let timer = Task {
                try await Task.sleep(for: .milliseconds(200))
                attempt.cancel()
            }
            defer { timer.cancel() }
            do { try await attempt.value } catch let error as OutboundError where error.code == code { return true } catch {}
        }
        return false
    }
}
