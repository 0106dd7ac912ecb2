import Testing

@testable import MCPServer

@Suite("the URL elicitations of a legacy session")
struct ElicitationTableTests {
    @Test("who was asked is told, once, on the way of the call as long as it runs")
    func told() {
        var table = ElicitationTable()
        let call = MessageID(1)
        #expect(table.ask("a", during: call) == false)
        #expect(table.ask("b", during: call) == false)
        #expect(table.complete("a") == .tell(during: call))
        #expect(table.complete("a") == .hold)
        table.end(call: call)
        #expect(table.complete("b") == .tell(during: nil))
        #expect(table.count == 0)
    }

    @Test("what is over before it was asked is told after the question, and what nobody is asked, never")
    func early() {
        var table = ElicitationTable()
        #expect(table.complete("a") == .hold)
        #expect(table.complete("other") == .hold)
        #expect(table.ask("a", during: nil) == true)
        #expect(table.count == 0)
        // It was told: asked again, it is another visit.
        #expect(table.ask("a", during: nil) == false)
    }

    @Test("an id is its bytes: another spelling of the same text is another id")
    func bytes() {
        var table = ElicitationTable()
        _ = table.ask("caf\u{E9}", during: nil)
        #expect(table.complete("cafe\u{301}") == .hold)
        #expect(table.complete("caf\u{E9}") == .tell(during: nil))
    }

    @Test("it stays small: of too many the first are forgotten")
    func bounds() {
        var table = ElicitationTable()
        for number in 0..<1000 { _ = table.ask("asked \(number)", during: nil) }
        #expect(table.count == ElicitationTable.maximumCount)
        #expect(table.complete("asked 0") == .hold)
        #expect(table.complete("asked 999") == .tell(during: nil))
        for number in 0..<1000 { _ = table.complete("early \(number)") }
        #expect(table.ask("early 0", during: nil) == false)
        #expect(table.ask("early 999", during: nil) == true)
    }
}

@Suite("the visits that an upstream has asked for")
struct ElicitationRoutesTests {
    private func outlet(_ session: String, _ told: Told = Told()) -> ElicitationOutlet {
        ElicitationOutlet(session: session) { told.tell(session + " " + $0) }
    }

    @Test("everybody who was asked is told, each session once, and nobody else")
    func told() {
        let told = Told()
        var routes = ElicitationRoutes()
        for session in ["one", "two", "one"] { #expect(routes.ask("a", outlet(session, told)) == false) }
        _ = routes.ask("b", outlet("three", told))
        for outlet in routes.complete("a") { outlet.complete("a") }
        #expect(told.ids == ["two a", "one a"])
        #expect(routes.complete("a").isEmpty)
        #expect(routes.complete("unknown").isEmpty)
        #expect(routes.count == 1)
    }

    @Test("a visit that is over before the error came that names it, is told at once")
    func early() {
        var routes = ElicitationRoutes()
        #expect(routes.complete("a").isEmpty)
        #expect(routes.hasCompleted(["a"]) && !routes.hasCompleted(["a", "b"]))
        #expect(routes.ask("a", outlet("one")) == true)
    }

    @Test("it stays small, whatever the upstream says")
    func bounds() {
        var routes = ElicitationRoutes()
        for number in 0..<1000 {
            _ = routes.ask("asked \(number)", outlet("one"))
            _ = routes.complete("other \(number)")
        }
        #expect(routes.count == ElicitationRoutes.maximumCount)
        #expect(routes.complete("asked 0").isEmpty && routes.complete("asked 999").count == 1)
        #expect(!routes.hasCompleted(["other 0"]) && routes.hasCompleted(["other 999"]))
        let long = String(repeating: "x", count: ElicitationOutlet.maximumIDBytes + 1)
        _ = routes.ask(long, outlet("one"))
        #expect(routes.complete(long).isEmpty)
    }
}
