/// Why the store did not do what it was asked.
///
/// Never carries a secret, a connection string or a row's content.
public struct StorageError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; what the front turns into a status.
    public enum Code: Sendable, Hashable {
        /// There is no such thing: `kind` in the operator's words ("token"), `id` as it was asked for.
        case notFound(kind: String, id: String)
        /// Another one has this member's value already.
        case conflict(member: String)
        /// `member` of what was given is wrong; the message says what was expected.
        case invalid(member: String)
        /// The database can't be reached, is overloaded, or did not answer in time; worth another try.
        case unavailable
        /// Another process owns the database file or the journal folder.
        case alreadyInUse(processID: Int32?)
        /// The database is newer than this program, or its `portico_` tables are another's.
        case incompatible
        /// Stored data can't be read: damaged, or sealed with another secret.
        case damaged
        /// The configuration can't be served.
        case configuration
        /// The database refused a statement that it should have taken: a fault of this program.
        case `internal`
    }

    public let code: Code
    /// One sentence for a person.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    /// There is no `kind` called `id`.
    public static func notFound(_ kind: String, _ id: some CustomStringConvertible) -> StorageError {
        StorageError(.notFound(kind: kind, id: "\(id)"), "there is no \(kind) \(id)")
    }

    /// Another one has `member`'s value already.
    public static func conflict(_ member: String, _ message: String) -> StorageError {
        StorageError(.conflict(member: member), message)
    }

    /// `member` is wrong: `expected` completes the sentence "member must be ...".
    public static func invalid(_ member: String, _ expected: String) -> StorageError {
        StorageError(.invalid(member: member), "\(member) must be \(expected)")
    }

    /// The database can't be reached or did not answer in time.
    public static func unavailable(_ message: String) -> StorageError { StorageError(.unavailable, message) }

    package static func `internal`(_ message: String) -> StorageError { StorageError(.internal, message) }

    package static func damaged(_ message: String) -> StorageError { StorageError(.damaged, message) }
}
