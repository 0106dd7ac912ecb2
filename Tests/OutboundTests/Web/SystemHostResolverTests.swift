import Testing

@testable import Outbound

@Suite("The system's resolver", .timeLimit(.minutes(1)))
struct SystemHostResolverTests {
    @Test("It finds this machine, for many at once")
    func localhost() async throws {
        try await withThrowingTaskGroup(of: [IPAddress].self) { group in
            for _ in 0..<64 {
                group.addTask { try await SystemHostResolver.shared.addresses(of: "localhost", within: .seconds(30)) }
            }
            for try await addresses in group {
                #expect(!addresses.isEmpty)
                #expect(addresses.allSatisfy { $0.kind == .loopback })
                #expect(Set(addresses).count == addresses.count)
            }
        }
    }

    @Test("Who is cancelled, or has no time, doesn't wait")
    func givingUp() async {
        let cancelled = Task { () -> OutboundError.Code? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(OutboundError) {
                _ = try await SystemHostResolver.shared.addresses(of: "cancelled.invalid", within: .seconds(3600))
                return nil
            } catch {
                return error.code
            }
        }
        #expect(await cancelled.value == .cancelled)
        let error = await #expect(throws: OutboundError.self) {
            _ = try await SystemHostResolver.shared.addresses(of: "nowhere.invalid", within: .milliseconds(500))
        }
        #expect(error?.code == .connect || error?.code == .timedOut)
    }
}
