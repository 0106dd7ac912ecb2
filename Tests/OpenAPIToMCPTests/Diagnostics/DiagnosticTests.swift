import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("Diagnostics")
struct DiagnosticTests {
    private let code = Diagnostic.Code("duplicate-parameter")

    @Test("one line says where, what, and what to do")
    func line() {
        let diagnostic = Diagnostic(
            .error, code, document: "api.yaml", pointer: JSONPointer(tokens: ["paths", "/users", "get"]),
            location: Wire.SourceLocation(line: 12, column: 5), "the name occurs twice", advice: "rename one")
        #expect(
            diagnostic.description
                == "api.yaml:12:5: error[duplicate-parameter] at /paths/~1users/get: the name occurs twice, rename one")
    }

    @Test("a log keeps each once, and errors before notes when it is full")
    func bounded() {
        var log = DiagnosticLog()
        func diagnostic(_ severity: Diagnostic.Severity, _ number: Int) -> Diagnostic {
            Diagnostic(severity, code, document: "a", pointer: .root, location: nil, "number \(number)")
        }
        for number in 0..<DiagnosticLog.limit { log.add(diagnostic(.note, number)) }
        log.add(diagnostic(.note, 3))
        #expect(log.list.count == DiagnosticLog.limit && log.omitted == 0)
        log.add(diagnostic(.note, -1))
        log.add(diagnostic(.error, -2))
        #expect(log.list.count == DiagnosticLog.limit && log.omitted == 2)
        #expect(log.list.last?.severity == .error && log.hasErrors)
    }
}
