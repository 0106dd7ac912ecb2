import Directory
import Synchronization
import Testing
import Wire

@testable import Gateway

/// Counts how often it is asked; may never answer until it is cancelled.
private final class CountingLister: ToolLister {
    let asked = Atomic<Int>(0)
    let answers: Bool

    init(answers: Bool = true) { self.answers = answers }

    func tools(of server: UsableServer, target: ServerTarget) async throws -> [JSON] {
        let number = asked.add(1, ordering: .relaxed).newValue
        if !answers { try await Task.sleep(for: .seconds(3600)) }
        return [["name": .string("tool-\(number)")]]
    }
}

@Suite("Lists of tools")
struct ToolListsTests {
    private static func server(updatedAt: Int64 = 0) -> PublicServer {
        var server = PublicServer(id: "s", kind: .proxySSE, createdAt: 0)
        server.proxyConfig = ["url": "https://h", "reusing": ["K": ["type": "header"]]]
        server.updatedAt = updatedAt
        return server
    }

    private static func saved(_ group: String, at time: Int64 = 0) -> ServerParameters {
        ServerParameters(serverID: "s", groupID: group, values: ["K": group], createdAt: time)
    }

    @Test("a list is asked for once, until the server, the group's values or the time make another one")
    func kept() async throws {
        let lister = CountingLister()
        let time = ManualTime(1000)
        let lists = ToolLists(lister: lister, clock: .manual(time))
        for _ in 0..<3 { #expect(try await lists.tools(of: Self.server(), nil) == [["name": "tool-1"]]) }
        #expect(try await lists.tools(of: Self.server(), Self.saved("g")) == [["name": "tool-2"]])
        #expect(try await lists.tools(of: Self.server(), Self.saved("g", at: 5)) == [["name": "tool-3"]])
        #expect(try await lists.tools(of: Self.server(), Self.saved("h", at: 5)) == [["name": "tool-4"]])
        #expect(try await lists.tools(of: Self.server(updatedAt: 1), nil) == [["name": "tool-5"]])
        #expect(try await lists.tools(of: Self.server(), nil) == [["name": "tool-1"]])
        time.advance(by: ToolListCache.lifetimeMilliseconds)
        #expect(try await lists.tools(of: Self.server(), nil) == [["name": "tool-6"]])
    }

    @Test("a server that does not answer is given up")
    func late() async throws {
        let lists = ToolLists(lister: CountingLister(answers: false), clock: .fixed(0), patience: .milliseconds(1))
        let failure = try await #require(throws: ToolListFailure.self) { _ = try await lists.tools(of: Self.server(), nil) }
        #expect(failure.description == ToolListFailure.late.description)
    }

    @Test("the oldest lists make room, one that is too large is not kept")
    func bounded() {
        func key(_ number: Int) -> ToolListCache.Key {
            ToolListCache.Key(server: "s\(number)", serverUpdatedAt: 0, group: "", valuesUpdatedAt: 0)
        }
        var cache = ToolListCache()
        for number in 0...ToolListCache.greatestCount { cache.insert([], key(number), now: 0) }
        #expect(cache.count == ToolListCache.greatestCount)
        #expect(cache.tools(key(0), now: 0) == nil && cache.tools(key(1), now: 0) == [])
        // Kept anew, it is the newest.
        cache.insert([["a": 1]], key(1), now: 0)
        cache.insert([], key(-1), now: 0)
        #expect(cache.tools(key(1), now: 0) == [["a": 1]] && cache.tools(key(2), now: 0) == nil)
        cache.insert([.string(String(repeating: "x", count: ToolListCache.greatestList))], key(-2), now: 0)
        #expect(cache.tools(key(-2), now: 0) == nil)
    }
}
