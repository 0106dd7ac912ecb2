import Directory
import Testing

@Suite("The live directory is replaced whole and read without waiting")
struct LiveDirectoryTests {
    @Test("a reader keeps its snapshot until the version moves")
    func reader() throws {
        let directory = LiveDirectory(try Snapshot(sample()))
        var reader = directory.reader()
        let first = reader.current()
        #expect(reader.current() === first)
        #expect(first === directory.current)
        let version = directory.version
        directory.apply([.removeToken(id: 1)])
        #expect(directory.version > version)
        #expect(reader.current() !== first)
        #expect(reader.current() === directory.current)
        #expect(reader.current().token(id: 1) == nil)
        directory.replace(first)
        #expect(reader.current() === first)
    }

    @Test("no changes at all don't make a new snapshot")
    func nothingToDo() {
        let directory = LiveDirectory()
        let snapshot = directory.current
        directory.apply([])
        #expect(directory.current === snapshot)
    }

    @Test("changes from many threads are all there afterwards, and no reader ever goes back")
    func manyWriters() async throws {
        let directory = LiveDirectory()
        await withThrowingTaskGroup(of: Void.self) { tasks in
            for worker in 0..<6 {
                tasks.addTask {
                    for step in 0..<100 {
                        directory.apply([.upsertGroup(group("group-\(worker)-\(step)"))])
                    }
                }
            }
            for _ in 0..<2 {
                tasks.addTask {
                    var reader = directory.reader()
                    var seen = 0
                    while seen < 600 {
                        let count = reader.current().contents.groups.count
                        #expect(count >= seen)
                        seen = max(count, seen)
                        await Task.yield()
                    }
                }
            }
        }
        #expect(directory.current.contents.groups.count == 600)
    }
}
