import Foundation
import Testing

@testable import Storage

@Suite("The dialect")
struct DialectTests {
    @Test("placeholders, types and tables are written as each engine has them")
    func translation() {
        let query: SQL = "SELECT a FROM t WHERE b = ?2t AND c = '?1i' AND d = ?1i OR e = ?2t LIMIT ?3b"
        #expect(query.sqlite == "SELECT a FROM t WHERE b = ?2 AND c = '?1i' AND d = ?1 OR e = ?2 LIMIT ?3")
        #expect(query.postgreSQL == "SELECT a FROM t WHERE b = $2 AND c = '?1i' AND d = $1 OR e = $2 LIMIT $3")
        #expect(query.types == [.integer, .text, .bytes])
        let table: SQL = "CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, a TEXT, b BLOB, BLOB_c TEXT NOT NULL)"
        #expect(
            table.sqlite == "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, a TEXT, b BLOB, BLOB_c TEXT NOT NULL) STRICT")
        #expect(
            table.postgreSQL
                == "CREATE TABLE t (id BIGINT NOT NULL PRIMARY KEY, a TEXT COLLATE \"C\", b BYTEA, BLOB_c TEXT COLLATE \"C\" NOT NULL)"
        )
    }

    @Test("many rows are one statement whose placeholders count on")
    func insert() {
        let insert = SQLInsert(table: "t", columns: [("a", .integer), ("b", .text)])
        #expect(insert.statement(rows: 2).text == "INSERT INTO t (a, b) VALUES (?1i, ?2t), (?3i, ?4t)")
    }

    /// The words of statements that are ours to use; docs/storage.md lists them.
    private static let words: Set<String> = [
        "AND", "AS", "ASC", "BIGINT", "BLOB", "BY", "CASE", "CONFLICT", "CREATE", "DELETE", "DESC", "DISTINCT", "DO", "ELSE",
        "END", "ESCAPE", "FROM", "IN", "INDEX", "INSERT", "INTO", "KEY", "LIKE", "LIMIT", "NOT", "NOTHING", "NULL", "OFFSET",
        "ON",
        "OR", "ORDER", "PRIMARY", "RETURNING", "SELECT", "SET", "TABLE", "TEXT", "THEN", "UNIQUE", "UPDATE", "VALUES", "WHEN",
        "WHERE",
    ]
    private static let functions: Set<String> = ["count", "lower"]

    @Test("every statement in the sources keeps to the dialect")
    func sources() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let folder = root.appendingPathComponent("Sources/Storage").resolvingSymlinksInPath()
        let files = try #require(FileManager.default.enumerator(atPath: folder.path)).compactMap { $0 as? String }
            .filter { $0.hasSuffix(".swift") }
        var statements: [(file: String, text: String)] = []
        for file in files {
            // The engines hold the named differences, which are what is not in the dialect.
            if file.hasPrefix("Connection/SQLite") || file.hasPrefix("Connection/PostgreSQL") { continue }
            let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            statements += Self.literals(source).map { (file, $0) }
        }
        #expect(statements.count > 60)
        for (file, text) in statements {
            #expect(Self.faults(in: text).isEmpty, "\(file): \(Self.faults(in: text)) in \(text)")
        }
    }

    @Test(
        "what is not in the dialect is noticed",
        arguments: [
            "SELECT now()", "SELECT a::text FROM t", "SELECT \"a\" FROM t", "CREATE TABLE t (a REAL)",
            "SELECT a FROM t WHERE b = ?1",
            "SELECT a FROM t WHERE b = $1", "INSERT OR REPLACE INTO t VALUES (1)", "SELECT json_extract(a, 'x') FROM t",
            "SELECT a FROM t WHERE a ILIKE 'x'", "SELECT a FROM t FOR UPDATE", "CREATE TABLE t (a BOOLEAN)", "SELECT `a` FROM t",
        ])
    func fault(text: String) {
        #expect(!Self.faults(in: text).isEmpty)
    }

    /// String literals that begin as statements do, with what is put into them left out.
    private static func literals(_ source: String) -> [String] {
        let begins = ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE "]
        var found: [String] = []
        for literal in source.matches(of: #/"""(.*?)"""|"((?:[^"\\\n]|\\.)*)"/#.dotMatchesNewlines()) {
            let text = String(literal.output.1 ?? literal.output.2 ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
            if begins.contains(where: text.hasPrefix) { found.append(text) }
        }
        return found
    }

    /// What of a statement is not in the dialect.
    private static func faults(in statement: String) -> [String] {
        var faults: [String] = []
        var text = statement.replacing(#/\\\([^()]*(\([^()]*(\([^()]*\)[^()]*)*\)[^()]*)*\)/#, with: "x")
        text.replace(#/'[^']*'/#, with: "''")
        text.replace(#/\?[0-9]+[itb](?![A-Za-z0-9_])/#, with: "0")
        for symbol in ["?", "$", "::", "\"", "`", ";", "[", "||", "->"] where text.contains(symbol) { faults.append(symbol) }
        for match in text.matches(of: #/[A-Za-z_][A-Za-z0-9_]*/#) {
            let word = String(match.output)
            let isCalled = text[match.range.upperBound...].hasPrefix("(")
            if isCalled, !functions.contains(word) {
                faults.append(word + "()")
            } else if word == word.uppercased(), word.count > 1, !words.contains(word) {
                faults.append(word)
            }
        }
        return faults
    }
}
