import Foundation
import Ledger
import NIOHTTP1
import Testing

@testable import ModelRelay

@Suite("What a failing upstream does to a call", .timeLimit(.minutes(2)))
struct FailureDrillTests {
    /// `PORTICO_WRITE_DOCS=1` writes the page anew.
    @Test("each call ends, is recorded once and charged as delivered, and docs/failures.md says how")
    func drill() async throws {
        let results = try await FailureDrill.run()
        for (drill, result) in results {
            let outcome = result.outcome
            let name = Comment(rawValue: drill.model)
            #expect(outcome.isEnded != outcome.isAborted && !outcome.hasLateWrites, name)
            let record = try #require(outcome.record, name)
            #expect(record.code >= 400, name)
            #expect(record.retryTimes == 0, name)
            if outcome.isAborted {
                #expect(outcome.status == 200 && drill.isStreamed && outcome.parts.last?.contains("error") == true, name)
            } else {
                // Before anything was sent a failure has its status, and costs nothing.
                #expect(outcome.status == UInt(record.code) && record.amount.used.nanos == 0, name)
            }
            #expect(outcome.body.utf8.count < 4 << 20, name)
            #expect(result.state?.requests == 1, name)
            #expect((result.state?.errors == 1) == (record.code != 400), name)
        }
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/failures.md").standardized
        let told = try String(contentsOf: page, encoding: .utf8)
        let mark = "<!-- from here on written by FailureDrillTests -->\n"
        let kept = try #require(told.range(of: mark))
        let made = String(told[..<kept.upperBound]) + FailureDrill.table(results)
        if ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1" {
            try made.write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(told == made, "run the test with PORTICO_WRITE_DOCS=1")
        }
    }
}
