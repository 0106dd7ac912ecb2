import Directory
import HTTPTypes
import Storage
import Synchronization
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: changes one at a time")
struct WriteQueueTests {
    private final class State: Sendable {
        private let counts = Mutex((running: 0, most: 0, done: 0))

        func begin() {
            counts.withLock {
                $0.running += 1
                $0.most = max($0.most, $0.running)
            }
        }

        func end() {
            counts.withLock {
                $0.running -= 1
                $0.done += 1
            }
        }

        var most: Int { counts.withLock { $0.most } }
        var done: Int { counts.withLock { $0.done } }
    }

    @Test("no change begins before the one before it has ended, also where that fails")
    func exclusive() async throws {
        let queue = WriteQueue()
        let state = State()
        await withTaskGroup { group in
            for index in 0..<50 {
                group.addTask {
                    try? await queue.run {
                        state.begin()
                        await Task.yield()
                        state.end()
                        if index % 3 == 0 { throw AdminFailure(.conflict, "refused") }
                    }
                }
            }
        }
        #expect(state.most == 1)
        #expect(state.done == 50)
    }

    @Test(
        "changes of different members at the same time are all kept, in the store and in the directory",
        arguments: AdminEngine.available)
    func concurrentChanges(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            try await admin.data(.post, "/api/group/g1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await admin.data(.put, "/api/group/g1", ["rpm_ratio": 3]) }
                group.addTask { try await admin.data(.put, "/api/group/g1", ["tpm_ratio": 4]) }
                group.addTask { try await admin.data(.put, "/api/group/g1", ["available_sets": ["a"]]) }
                group.addTask { try await admin.data(.post, "/api/group/g1/status", ["status": 2]) }
                try await group.waitForAll()
            }
            let group = try #require(admin.directory.current.group(id: "g1"))
            #expect(group.rpmRatio == 3 && group.tpmRatio == 4 && group.availableSets == ["a"] && group.status == .disabled)
            let stored = try await admin.store.groups.get("g1")
            #expect(stored.group == group)
        }
    }
}
