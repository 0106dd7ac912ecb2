internal import OpenAPIToMCP

/// How much of a document became tools, in words.
struct CoverageReport {
    private let compilation: Compilation

    init(_ compilation: Compilation) { self.compilation = compilation }

    var lines: [String] {
        let coverage = self.compilation.coverage
        var parts = ["\(coverage.operations) operations", "\(coverage.compiled) compiled"]
        if coverage.withWarnings > 0 { parts.append("\(coverage.withWarnings) of them with warnings") }
        if coverage.refused > 0 { parts.append("\(coverage.refused) refused") }
        if coverage.filtered > 0 { parts.append("\(coverage.filtered) left out by filters") }
        if coverage.inbound > 0 { parts.append("\(coverage.inbound) webhooks and callbacks, which are calls to you") }
        // Where the document could not be read, it has no name either.
        let name = [self.compilation.title, self.compilation.version].filter { !$0.isEmpty }.joined(separator: " ")
        var lines = [(name.isEmpty ? "" : name + ": ") + parts.joined(separator: ", ")]
        if self.compilation.omittedDiagnostics > 0 {
            lines.append("\(self.compilation.omittedDiagnostics) further diagnostics were left out")
        }
        return lines
    }
}
