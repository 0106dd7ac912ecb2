internal import HTTPTypes
internal import Ledger
internal import Storage
internal import Wire

/// Why an operation of the admin API is answered with `success: false`.
struct AdminFailure: Error, Sendable, Equatable {
    let status: HTTPResponse.Status
    /// One sentence for the operator's program: the member or parameter, and what was expected.
    let message: String
    /// What there is to tell beside the message.
    let data: JSON?

    init(_ status: HTTPResponse.Status, _ message: String, data: JSON? = nil) {
        self.status = status
        self.message = message
        self.data = data
    }

    /// `member` of what was given is wrong.
    static func wrong(_ member: String, expected: String) -> AdminFailure {
        AdminFailure(.badRequest, "\(member): expected \(expected)")
    }

    /// Whatever a handler threw, as the client is told of it. What is not known here is told as nothing but a failure.
    init(_ error: any Error) {
        switch error {
        case let failure as AdminFailure: self = failure
        case let error as StorageError: self.init(Self.status(error.code), error.message)
        case let error as PriceError: self.init(.badRequest, "price.\(error)")
        case let error as JSONError: self.init(.badRequest, "the body is not acceptable JSON: \(error)")
        default: self.init(.internalServerError, "the operation failed")
        }
    }

    private static func status(_ code: StorageError.Code) -> HTTPResponse.Status {
        switch code {
        case .notFound: .notFound
        case .conflict: .conflict
        case .invalid: .badRequest
        case .unavailable, .alreadyInUse: .serviceUnavailable
        case .incompatible, .damaged, .configuration, .internal: .internalServerError
        }
    }
}
