internal import Ledger
internal import Wire

/// A request for embeddings in the one form that both formats are read into and written from.
struct EmbeddingsRequest: Sendable, Hashable {
    enum Input: Sendable, Hashable {
        case text(String)
        case tokens([Int64])
        /// Texts, pictures and other files that are embedded together (Gemini).
        case blocks([Block])
    }

    enum Encoding: String, Sendable, Hashable {
        case float
        /// Numbers of 32 bits, the lowest byte first, as Base64.
        case base64
    }

    var model: String
    /// Never empty.
    var inputs: [Input]
    /// Whether the client asked for one thing, not for a list of one.
    var isSingle = false
    var dimensions: Int64?
    var encoding = Encoding.float
    var user: String?
    /// Gemini's `taskType` and `title`, for all inputs.
    var taskType: String?
    var title: String?
    /// Members that the client's format alone has.
    var ownMembers = JSONObject()

    /// The most inputs of one request.
    static let mostInputs = 2048
}

/// Embeddings as they were answered, in the order of the inputs.
struct EmbeddingsAnswer: Sendable, Hashable {
    enum Vector: Sendable, Hashable {
        case numbers([JSON])
        case base64(String)
    }

    var model = ""
    var vectors: [Vector]
    /// Nil where the upstream doesn't say.
    var usage: Usage?
}

/// One format for embeddings: how it is read into that form and written from it.
protocol EmbeddingsCodec: Sendable {
    static var format: WireFormat { get }

    /// The client's request.
    /// - Throws: a 400 that names the member at fault.
    static func request(_ body: JSON, endpoint: EndpointPath) throws(RelayError) -> EmbeddingsRequest

    /// The request as an upstream of this format gets it.
    /// - Throws: a 400 for an input that it can't be asked for.
    static func body(
        of request: EmbeddingsRequest, model: String, client: any EmbeddingsCodec.Type, losses: inout Losses
    ) throws(RelayError) -> JSON

    /// An upstream's answer.
    /// - Throws: where it is none of this format.
    static func answer(_ body: JSON) throws(FormatFault) -> EmbeddingsAnswer

    /// The answer as the client gets it.
    /// - Throws: where a vector of the upstream can't be written as the client wants it.
    static func body(
        of answer: EmbeddingsAnswer, to request: EmbeddingsRequest, reply: ReplyContext
    ) throws(FormatFault) -> JSON

    /// What the inputs are called in this format.
    static var inputName: String { get }
}
