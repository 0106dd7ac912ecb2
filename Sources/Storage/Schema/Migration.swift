/// What a database is used for. One database may be used for both.
enum DatabaseScope: String, Sendable, CaseIterable {
    /// Groups, tokens, channels, models, servers, options, totals.
    case main
    /// Log rows and what belongs to them.
    case log
}

/// One step of the schema. What was released is never changed: a new step is added instead.
struct Migration: Sendable {
    let scope: DatabaseScope
    /// Counts from 1 within its scope, without a gap.
    let number: Int64
    let statements: [SQL]

    /// Tells whether the step that a database went through is the one that stands here (FNV-1a over the statements).
    var checksum: String {
        let hash = FNV1a.hash(statements.map(\.text).joined(separator: ";\n").utf8)
        return String(hash, radix: 16)
    }

    /// All steps of a scope, in order.
    static func all(_ scope: DatabaseScope) -> [Migration] {
        switch scope {
        case .main:
            [
                Migration(scope: .main, number: 1, statements: mainTables),
                Migration(scope: .main, number: 2, statements: parameterTables),
            ]
        case .log: [Migration(scope: .log, number: 1, statements: logTables)]
        }
    }
}

/// FNV-1a, 64 bits: for telling texts apart where nobody gains by a collision.
enum FNV1a {
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}
