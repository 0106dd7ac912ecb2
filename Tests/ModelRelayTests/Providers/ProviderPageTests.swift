import Foundation
import Testing

@testable import ModelRelay

/// `docs/providers.md` has a table that is written from the files. `PORTICO_WRITE_DOCS=1` writes it anew.
@Suite("The page on providers")
struct ProviderPageTests {
    private static let path = "docs/providers.md"
    private static let begin = "<!-- written from templates/providers; not to be edited -->\n"
    private static let end = "<!-- end -->\n"

    private static func table(_ providers: [Provider]) -> String {
        var lines = [
            "| # | name | default base URL | key | wire formats | differs in |",
            "|---|---|---|---|---|---|",
        ]
        for provider in providers {
            let base = provider.baseURL.isEmpty ? "none" : provider.baseURL
            let forms = provider.key.forms.map { $0 == "{key}" ? "any" : "`\($0)`" } + (provider.key.mayBeEmpty ? ["none"] : [])
            let formats = provider.formats.map(\.rawValue).joined(separator: ", ")
            let quirks = provider.formats.flatMap { Self.words(provider.quirks($0, model: "")) }
            let cells = [
                "\(provider.type)", provider.displayName, base, forms.joined(separator: " or ").replacing("|", with: "\\|"),
                formats,
                quirks.joined(separator: "; "),
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func words(_ quirks: Quirks) -> [String] {
        var words: [String] = []
        switch quirks.thinking {
        case .standard: break
        case .thinkingType: words.append("thinking by `thinking.type`")
        case .enableThinking: words.append("thinking by `enable_thinking`")
        case .reasoningObject: words.append("thinking by `reasoning`")
        case .none: words.append("thinking can't be asked for")
        }
        if quirks.lacksJSONSchema { words.append("no `json_schema`") }
        if quirks.lacksStreamOptions { words.append("no `stream_options`") }
        if !quirks.unsupportedMembers.isEmpty {
            words.append("without " + quirks.unsupportedMembers.map { "`\($0)`" }.joined(separator: ", "))
        }
        return words
    }

    @Test("its table is what the files say")
    func table() throws {
        let table = Self.table(try ShippedFiles.providers.get().all)
        var page = try ShippedFiles.text(Self.path)
        let start = try #require(page.firstRange(of: Self.begin)).upperBound
        let end = try #require(page.firstRange(of: Self.end)).lowerBound
        if ProcessInfo.processInfo.environment["PORTICO_WRITE_DOCS"] == "1" {
            page.replaceSubrange(start..<end, with: "\n" + table + "\n")
            try ShippedFiles.write(page, to: Self.path)
        } else {
            #expect(page[start..<end] == "\n" + table + "\n", "run the test with PORTICO_WRITE_DOCS=1")
        }
    }

    @Test("every number of the contract is in one of its two tables")
    func numbers() throws {
        let numbers = try ShippedFiles.text(Self.path).split(separator: "\n").compactMap { line -> Int64? in
            line.hasPrefix("| ") ? Int64(line.dropFirst(2).prefix { $0.isNumber }) : nil
        }
        let contract: Set<Int64> = [
            1, 3, 4, 12, 13, 14, 15, 16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 40, 41, 42,
            43,
            44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55,
        ]
        #expect(Set(numbers) == contract)
        #expect(numbers.count == contract.count, "none is in both")
    }
}
