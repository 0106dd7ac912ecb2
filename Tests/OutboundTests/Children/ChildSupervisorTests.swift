import Glibc
import Testing

@testable import Outbound

@Suite("All children together", .timeLimit(.minutes(2)))
struct ChildSupervisorTests {
    private func supervisor(maximumChildren: Int = 256) -> ChildSupervisor {
        ChildSupervisor(on: Processes.group, maximumChildren: maximumChildren, seed: 1, logger: Processes.logger)
    }

    @Test("each one who asks gets a child of his own; how they are is known")
    func children() async throws {
        let supervisor = self.supervisor()
        // It ends by itself, however busy the machine is.
        supervisor.add("echo", Processes.shell("echo here >&2; exec cat") { $0.inputGrace = .seconds(30) })
        let open = supervisor.factory(for: "echo")
        let one = try await open()
        let other = try await open()
        try await one.send("1")
        try await other.send("2")
        #expect(try await one.nextText() == "1")
        #expect(try await other.nextText() == "2")
        #expect(try await Processes.eventually { supervisor.health().first?.errorLines == ["here"] })
        var health = try #require(supervisor.health().first)
        #expect(health.server == "echo" && health.phase == .ready && health.children.count == 2 && health.starts == 2)
        await one.close()
        await other.close()
        health = try #require(supervisor.health().first)
        #expect(health.phase == .idle && health.children.isEmpty && health.failures == 0)
        #expect(health.lastExit == .exited(code: 0))
    }

    @Test("one that fails is started again, is given up in the end, and is tried again when the operator asks")
    func failing() async throws {
        let supervisor = self.supervisor()
        var policy = RestartPolicy()
        policy.firstDelay = .milliseconds(10)
        policy.maximumFailures = 3
        supervisor.add("bad", Processes.shell("echo sorry >&2; exit 4"), policy: policy)
        for _ in 0..<3 {
            let child = try await supervisor.open("bad")
            #expect(await child.gone() == .exited(code: 4))
        }
        await #expect { try await supervisor.open("bad") } throws: { ($0 as? OutboundError)?.code == .overloaded }
        let health = try #require(supervisor.health().first)
        #expect(health.failures == 3 && health.restarts == 2 && health.lastExit == .exited(code: 4))
        guard case .dead = health.phase else { throw OutboundError(.closed, "it is not given up") }
        supervisor.revive("bad")
        #expect(await (try supervisor.open("bad")).gone() == .exited(code: 4))
    }

    @Test("one that can't be started is a failure too, and says why")
    func mistake() async throws {
        let supervisor = self.supervisor()
        supervisor.add("none", ChildLaunch(program: "no-such-program"))
        await #expect { try await supervisor.open("none") } throws: { ($0 as? OutboundError)?.code == .connect }
        #expect(supervisor.health().first?.lastMistake == "there is no program \"no-such-program\" in PATH")
        #expect(supervisor.health().first?.failures == 1)
        await #expect { try await supervisor.open("unknown") } throws: { ($0 as? OutboundError)?.code == .connect }
    }

    @Test("who would wait too long for the next start is told so")
    func patience() async throws {
        let supervisor = self.supervisor()
        var policy = RestartPolicy()
        policy.firstDelay = .seconds(3600)
        policy.maximumDelay = .seconds(3600)
        supervisor.add("bad", ChildLaunch(program: "no-such-program"), policy: policy)
        for _ in 0..<2 { await #expect(throws: OutboundError.self) { try await supervisor.open("bad") } }
        await #expect { try await supervisor.open("bad") } throws: { ($0 as? OutboundError)?.code == .overloaded }
        guard case .backoff = supervisor.health().first?.phase else { throw OutboundError(.closed, "it does not wait") }
    }

    @Test("there are no more of all servers together than may be")
    func total() async throws {
        let supervisor = self.supervisor(maximumChildren: 2)
        supervisor.add("a", Processes.shell("exec cat"))
        supervisor.add("b", Processes.shell("exec cat"))
        let one = try await supervisor.open("a")
        let other = try await supervisor.open("b")
        await #expect { try await supervisor.open("a") } throws: { ($0 as? OutboundError)?.code == .overloaded }
        await one.close()
        let third = try await supervisor.open("a")
        await third.close()
        await other.close()
    }

    @Test("shutting down ends them all, the stubborn ones too, and starts no more")
    func shutDown() async throws {
        let supervisor = self.supervisor()
        supervisor.add("polite", Processes.shell("echo up; exec cat"))
        supervisor.add(
            "stubborn",
            Processes.shell("trap '' TERM; echo up; while :; do sleep 1; done") { $0.inputGrace = .seconds(3600) })
        var processes: [Int32] = []
        var kept: [ChildProcess] = []
        for name in ["polite", "stubborn", "polite", "stubborn"] {
            let child = try await supervisor.open(name)
            #expect(try await child.nextText() == "up")
            processes.append(child.processIdentifier)
            kept.append(child)
        }
        await supervisor.shutDown(within: .seconds(5))
        // Those that hold on longer than the deadline are still being ended.
        #expect(try await Processes.eventually { processes.allSatisfy { Processes.state(of: $0) == nil } })
        #expect(kept.allSatisfy { $0.exit != nil })
        await #expect { try await supervisor.open("polite") } throws: { ($0 as? OutboundError)?.code == .closed }
        await supervisor.shutDown(within: .seconds(5))
    }
}
