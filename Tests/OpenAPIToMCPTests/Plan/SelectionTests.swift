import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Choosing operations")
struct SelectionTests {
    private func fixture() -> PlanFixture {
        PlanFixture(
            APIOperation("GET", "/pets", id: "listPets").with { $0.tags = ["pets"] },
            APIOperation("DELETE", "/pets/{id}", id: "deletePet").with { $0.tags = ["pets", "admin"] },
            APIOperation("GET", "/pets/{id}/toys/{toy}", id: "getToy"))
    }

    @Test(
        "a filter fits by all of its members",
        arguments: [
            (OperationFilter(tag: "pets"), ["listPets", "deletePet"]), (OperationFilter(method: "get"), ["listPets", "getToy"]),
            (OperationFilter(path: "/pets/*"), ["deletePet"]), (OperationFilter(path: "/pets/**"), ["deletePet", "getToy"]),
            (OperationFilter(path: "/pets**"), ["listPets", "deletePet", "getToy"]),
            (OperationFilter(path: "/*/{id}"), ["deletePet"]),
            (OperationFilter(operation: "getToy"), ["getToy"]), (OperationFilter(tag: "pets", method: "DELETE"), ["deletePet"]),
            (OperationFilter(), ["listPets", "deletePet", "getToy"]),
        ])
    func include(filter: OperationFilter, expected: [String]) {
        var fixture = fixture()
        fixture.options.include = [filter]
        let (tools, coverage, log) = fixture.plan()
        #expect(tools.map(\.name) == expected && log.isEmpty)
        #expect(coverage.operations == 3 && coverage.compiled == expected.count && coverage.filtered == 3 - expected.count)
    }

    @Test("what is excluded is out, whatever includes it; a filter that fits nothing is a warning")
    func exclude() {
        var fixture = fixture()
        fixture.options.include = [OperationFilter(tag: "pets"), OperationFilter(tag: "none")]
        fixture.options.exclude = [OperationFilter(tag: "admin"), OperationFilter(path: "/other/*")]
        let (tools, _, log) = fixture.plan()
        #expect(tools.map(\.name) == ["listPets"])
        #expect(log.map(\.code) == [.filterWithoutMatch, .filterWithoutMatch] && log.allSatisfy { $0.severity == .warning })
    }

    @Test("a pattern of many stars takes no longer than its length times that of the path")
    func stars() {
        let pattern = PathPattern(String(repeating: "*a", count: 200) + "/x")
        #expect(!pattern.fits("/" + String(repeating: "a", count: 400)))
        #expect(PathPattern("**").fits("/a/b") && PathPattern("/a*").fits("/a") && !PathPattern("/*").fits("/a/b"))
    }

    @Test("coverage counts what normalising refused, and tools with warnings")
    func coverage() {
        var fixture = fixture()
        fixture.api.refused = 2
        fixture.api.inbound = 1
        var log = DiagnosticLog()
        let place = fixture.api.operations[1].place.appending("parameters").appending(0)
        log.add(.warning, .reservedParameter, at: place, in: fixture.documents, "something")
        let coverage = Planner.plan(fixture.api, documents: fixture.documents, fixture.options, &log).coverage
        #expect(coverage.operations == 5 && coverage.refused == 2 && coverage.inbound == 1)
        #expect(coverage.compiled == 3 && coverage.withWarnings == 1)
    }
}
