/// A value on its way into a statement. There are no others: times are integer milliseconds, Booleans 0 and 1,
/// fractions and structured members TEXT.
package enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case bytes([UInt8])

    /// 0 or 1.
    package static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }

    /// The shortest decimal text that reads back as the same number.
    package static func fraction(_ value: Double) -> SQLValue { .text("\(value)") }
}

/// The type of a column or placeholder.
package enum SQLType: Character, Sendable, Hashable {
    /// BIGINT, written `?1i`.
    case integer = "i"
    /// TEXT, written `?1t`.
    case text = "t"
    /// BLOB (BYTEA on PostgreSQL), written `?1b`.
    case bytes = "b"
}

/// A value that borrows its bytes; trivially copied, so that tens of thousands of them are filled in and bound without
/// reference counting. Its owner keeps the bytes alive until the statement has run.
package enum SQLCell {
    case null
    case integer(Int64)
    case text(UnsafeRawBufferPointer)
}

/// One row of a result. Columns count from 0.
package protocol SQLRow {
    /// The 64-bit integer in `column`; 0 for NULL.
    func integer(_ column: Int32) -> Int64
    /// The text in `column`; "" for NULL.
    func text(_ column: Int32) -> String
    /// The bytes in `column`; none for NULL.
    func bytes(_ column: Int32) -> [UInt8]
    /// Whether `column` is NULL.
    func isNull(_ column: Int32) -> Bool
}

extension SQLRow {
    /// Whether the integer in `column` is not 0.
    package func flag(_ column: Int32) -> Bool { integer(column) != 0 }

    /// The fraction that was stored with `SQLValue.fraction`; 0 where it can't be read.
    package func fraction(_ column: Int32) -> Double { Double(text(column)) ?? 0 }
}
