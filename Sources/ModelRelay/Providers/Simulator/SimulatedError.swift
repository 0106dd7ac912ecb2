internal import NIOHTTP1
internal import Wire

/// A failure as an upstream tells it, in the words of its API.
struct SimulatedError {
    var status: Int
    var message: String
    /// Nil = the API's own word for the status.
    var type: String?
    var code: String?
    var parameter: String?

    init(message: String, status: Int, type: String? = nil, code: String? = nil) {
        self.status = status
        self.message = message
        self.type = type
        self.code = code
    }

    init(_ error: RelayError) {
        self.init(message: error.message, status: Int(error.status.code), type: error.type, code: error.code)
        self.parameter = error.parameter
    }

    private var words: RelayError { RelayError(HTTPResponseStatus(statusCode: self.status), self.message) }

    private var json: JSON {
        [
            "message": .string(self.message), "type": .string(self.type ?? "server_error"),
            "param": self.parameter.map { .string($0) } ?? .null, "code": self.code.map { .string($0) } ?? .null,
        ]
    }

    /// As a whole body.
    func bytes(_ format: WireFormat) -> [UInt8] {
        let body: JSON =
            switch format.dialect {
            case .openAI: ["error": self.json]
            case .anthropic:
                ["type": "error", "error": ["type": .string(self.words.anthropicType), "message": .string(self.message)]]
            case .gemini:
                [
                    "error": [
                        "code": .integer(self.status), "message": .string(self.message),
                        "status": .string(self.words.canonicalCode),
                    ]
                ]
            }
        return body.serializedBytes()
    }

    /// As an event in the middle of a stream.
    /// - Parameter number: how many events came before it.
    func event(_ format: WireFormat, number: Int) -> [UInt8] {
        switch format {
        case .responses:
            let event: JSON = [
                "type": "error", "code": .string(self.code ?? "server_error"), "message": .string(self.message), "param": .null,
                "sequence_number": .integer(number),
            ]
            return Array("event: error\ndata: \(event.serialized())\n\n".utf8)
        case .messages: return Array("event: error\ndata: ".utf8) + self.bytes(format) + Array("\n\n".utf8)
        default: return Array("data: ".utf8) + self.bytes(format) + Array("\n\n".utf8)
        }
    }
}
