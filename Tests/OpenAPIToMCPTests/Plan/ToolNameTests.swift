import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Names of tools")
struct ToolNameTests {
    private func names(_ operations: [APIOperation]) -> [String?] { ToolNames(operations).names }

    @Test(
        "an operationId stays readable; without one the method and path make the name",
        arguments: [
            ("listPets", "/pets", "listPets"), ("pets.list/all", "/pets", "pets_list_all"),
            ("list--pets_", "/pets", "list--pets_"),
            ("Pets: list (all)", "/pets", "Pets_list_all"), (nil, "/pets/{id}", "get_pets_by_id"),
            (nil, "/users/{userId}/posts.json", "get_users_by_userId_posts_json"), (nil, "/", "get"), ("日本", "/pets", "get_pets"),
            (nil, "/files/{name}.{format}", "get_files_by_name_by_format"),
        ])
    func readable(id: String?, path: String, expected: String) {
        #expect(names([APIOperation("GET", path, id: id)]) == [expected])
    }

    @Test("a name that is too long is cut, with a hash of the whole, so that it is the same whatever else there is")
    func long() throws {
        let id = String(repeating: "listAll", count: 20)
        let name = try #require(names([APIOperation("GET", "/a", id: id)])[0])
        #expect(name.utf8.count == 64 && name.hasPrefix("listAllListAll".prefix(7)) && PlainName.isToolName(name))
        #expect(names([APIOperation("GET", "/b", id: id + "2"), APIOperation("GET", "/a", id: id)])[1] == name)
    }

    @Test("operations that want one name are told apart by what they are, all of them, in whatever order")
    func clash() {
        let list = APIOperation("GET", "/pets", id: "list")
        let other = APIOperation("GET", "/owners", id: "list")
        let third = APIOperation("POST", "/owners", id: "create")
        #expect(names([list, other, third]) == ["list_get_pets", "list_get_owners", "create"])
        #expect(names([third, other, list]) == ["create", "list_get_owners", "list_get_pets"])
    }

    @Test("a name made to tell apart does not take that of another operation")
    func clashOfClashes() {
        let operations = [
            APIOperation("GET", "/a", id: "x"), APIOperation("GET", "/b", id: "x"), APIOperation("PUT", "/c", id: "x_get_a"),
        ]
        let found = names(operations).compactMap { $0 }
        #expect(Set(found).count == 3 && found[2] == "x_get_a" && found[1] == "x_get_b")
        #expect(found[0] == "x_" + StableHash.digits(of: operations[0].identity))
    }

    @Test("adding an operation changes no other's name, unless it wants the same")
    func stable() throws {
        let before = (0..<40).map { APIOperation("GET", "/things/\($0 % 20)/{id}", id: $0 < 20 ? "thing.\($0)" : nil) }.filter {
            $0.operationID != nil || $0.path.hasSuffix("{id}")
        }
        let unique = before.prefix(20)
        let first = names(Array(unique))
        let later = names([APIOperation("GET", "/new", id: "new")] + Array(unique) + [APIOperation("PUT", "/new")])
        #expect(Array(later.dropFirst().dropLast()) == first)
    }

    @Test("the operator's names are taken by operationId or by method and path")
    func renames() {
        var fixture = PlanFixture(APIOperation("GET", "/pets", id: "listPets"), APIOperation("POST", "/pets"))
        fixture.options.names = ["listPets": "pets", "POST /pets": "add_pet"]
        let (tools, _, log) = fixture.plan()
        #expect(tools.map(\.name) == ["pets", "add_pet"] && log.isEmpty)
    }

    @Test(
        "a name that can't be a tool's, or is another's, or is for nothing, is refused with a warning",
        arguments: [
            (["listPets": "list pets"], "invalid-rename"), (["listPets": ""], "invalid-rename"),
            (["listPets": "addPet"], "invalid-rename"),
            (["listPets": "same", "addPet": "same"], "invalid-rename"), (["nothing": "fine"], "rename-without-match"),
        ])
    func refused(chosen: [String: String], code: String) {
        var fixture = PlanFixture(APIOperation("GET", "/pets", id: "listPets"), APIOperation("POST", "/pets", id: "addPet"))
        fixture.options.names = chosen
        let (tools, _, log) = fixture.plan()
        #expect(tools.map(\.name) == ["listPets", "addPet"])
        #expect(!log.isEmpty && log.allSatisfy { $0.code.description == code && $0.severity == .warning })
    }

    @Test("an operation that is there twice is refused, and said so")
    func twice() {
        let (tools, coverage, log) = PlanFixture(APIOperation("GET", "/a", id: "a"), APIOperation("GET", "/a", id: "a")).plan()
        #expect(
            tools.count <= 1 && coverage.refused == 1 && log.contains { $0.code == .duplicateOperation && $0.severity == .error })
    }

    @Test("operations of one method and path at different places of the document are different, in whatever order")
    func samePath() {
        let first = APIOperation("GET", "/a", id: "a")
        let second = first.with { $0.place = Place(document: 0, pointer: JSONPointer(tokens: ["paths", "/a#two", "get"])) }
        let forth = names([first, second]).compactMap { $0 }
        #expect(Set(forth).count == 2 && names([second, first]).compactMap { $0 } == forth.reversed())
    }
}
