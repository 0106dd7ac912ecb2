import Testing

@testable import MCPServer

@Suite("revisions")
struct RevisionTests {
    @Test("there are five, ordered by date, the last one modern")
    func order() {
        #expect(Revision.allCases.sorted() == Revision.allCases)
        #expect(Revision.newestFirst.map(\.rawValue) == ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"])
        #expect(Revision.allCases.filter { $0.era == .modern } == [.july2026])
    }

    @Test(
        "initialize is answered with the version asked for where it is a legacy one, else with the newest of those",
        arguments: [
            ("2024-11-05", Revision.november2024), ("2025-03-26", .march2025), ("2025-06-18", .june2025),
            ("2025-11-25", .november2025), ("2026-07-28", .november2025), ("2099-01-01", .november2025),
            ("", .november2025), ("2025-06-18 ", .november2025),
        ])
    func negotiation(asked: String, answered: Revision) {
        #expect(Revision.negotiated(for: asked) == answered)
    }

    @Test(
        "a version of a later date than all known ones is modern, what is no date is not",
        arguments: [
            ("2026-07-28", true), ("2026-07-29", true), ("2031-01-01", true), ("2026-07-27", false),
            ("2025-11-25", false), ("v999.0.0", false), ("2026-7-28", false), ("9", false), ("2027/01/01", false),
        ])
    func modernTexts(text: String, isModern: Bool) {
        #expect(Revision.isModern(text: text) == isModern)
    }
}
