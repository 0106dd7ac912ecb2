internal import NIOCore
internal import Wire

/// The last event of a stream that failed after it began, in the client's words.
enum ErrorEvent {
    static func bytes(_ error: RelayError, _ format: WireFormat, requestID: RequestID) -> [UInt8] {
        var bytes: [UInt8] = []
        switch format {
        case .messages:
            bytes += "event: error\ndata: ".utf8
            bytes += error.json(requestID: requestID, dialect: .anthropic)
        case .responses:
            bytes += "event: error\ndata: ".utf8
            let event: JSON = [
                "type": "error", "code": error.code.map { .string($0) } ?? .null,
                "message": .string("\(error.message) (request id: \(requestID))"),
                "param": error.parameter.map { .string($0) } ?? .null, "sequence_number": 0,
            ]
            bytes += event.serializedBytes()
        default:
            bytes += "data: ".utf8
            bytes += error.json(requestID: requestID, dialect: format.dialect)
        }
        bytes += "\n\n".utf8
        return bytes
    }
}
