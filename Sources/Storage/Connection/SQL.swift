/// One statement in our dialect (docs/storage.md), translated for each engine when it is made.
///
/// Placeholders are numbered and typed: `?1i` an integer, `?2t` a text, `?3b` bytes. A number may occur more than once.
package struct SQL: Sendable, Hashable, ExpressibleByStringLiteral {
    /// As it was written.
    package let text: String
    /// For SQLite.
    package let sqlite: String
    /// For PostgreSQL.
    package let postgreSQL: String
    /// The type of each placeholder, by its number less one.
    package let types: [SQLType]

    package init(stringLiteral value: String) { self.init(value) }

    package init(_ text: String) {
        self.text = text
        let translation = SQLTranslator.translate(text)
        sqlite = translation.sqlite
        postgreSQL = translation.postgreSQL
        types = translation.types
    }

    package static func == (left: SQL, right: SQL) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

/// `INSERT` of many rows at once: an engine makes of it what is cheapest there.
package struct SQLInsert: Sendable {
    package let table: String
    package let columns: [String]
    package let types: [SQLType]

    /// For one row.
    package let single: SQL

    package init(table: String, columns: [(name: String, type: SQLType)]) {
        self.table = table
        self.columns = columns.map(\.name)
        types = columns.map(\.type)
        single = SQL(Self.text(table: table, columns: columns, rows: 1))
    }

    /// The statement for `rows` rows, whose placeholders count on from row to row.
    package func statement(rows: Int) -> SQL {
        SQL(Self.text(table: table, columns: Array(zip(columns, types)), rows: rows))
    }

    private static func text(table: String, columns: [(name: String, type: SQLType)], rows: Int) -> String {
        let names = columns.map(\.name).joined(separator: ", ")
        var text = "INSERT INTO \(table) (\(names)) VALUES "
        var number = 0
        for row in 0..<rows {
            text += row == 0 ? "(" : ", ("
            for (index, column) in columns.enumerated() {
                number += 1
                text += "\(index == 0 ? "" : ", ")?\(number)\(column.type.rawValue)"
            }
            text += ")"
        }
        return text
    }
}
