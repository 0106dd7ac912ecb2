import Foundation
import Testing

@testable import ModelRelay

@Suite("What of a conversation crosses from each format to each other")
struct ConversionMatrixTests {
    @Test("no feature of a request is lost in silence", arguments: ConversionMatrix.formats, ConversionMatrix.formats)
    func requests(client: WireFormat, upstream: WireFormat) {
        for sample in FeatureSample.all {
            if case .lost(let reason) = ConversionMatrix.conversion(of: sample, from: client, to: upstream) {
                Issue.record("\(sample.feature.rawValue): \(reason)")
            }
        }
    }

    @Test("every feature is in the table, but those that only one format can have")
    func coverage() {
        let sampled = Set(FeatureSample.all.map(\.feature))
        let missing = Feature.allCases.filter { !sampled.contains($0) }
        #expect(Set(missing) == [.ownTools, .outputGrammar, .opaqueReasoning, .citations, .refusal])
    }

    @Test("whole answers and streams carry the same", arguments: ConversionMatrix.formats, ConversionMatrix.formats)
    func answers(upstream: WireFormat, client: WireFormat) {
        for sample in AnswerSample.all {
            let whole = ConversionMatrix.conversion(of: sample, from: upstream, to: client, isStreamed: false)
            let streamed = ConversionMatrix.conversion(of: sample, from: upstream, to: client, isStreamed: true)
            #expect(!whole.hasPrefix("LOST"), "\(sample.name): \(whole)")
            #expect(whole == streamed, "\(sample.name)")
        }
    }

    /// `PORTICO_WRITE_DOCS=1` writes the page anew.
    @Test("docs/formats.md says what the codecs do")
    func page() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/formats.md").standardized
        let told = try String(contentsOf: page, encoding: .utf8)
        let mark = "<!-- from here on written by ConversionMatrixTests -->\n"
        let kept = try #require(told.range(of: mark))
        let made = String(told[..<kept.upperBound]) + Self.tables
        if ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1" {
            try made.write(to: page, atomically: true, encoding: .utf8)
        } else {
            #expect(told == made)
        }
    }

    private static var tables: String {
        "\n## Requests\n" + ConversionMatrix.table() + "\n## Answers\n" + ConversionMatrix.answerTable(isStreamed: false)
    }
}
