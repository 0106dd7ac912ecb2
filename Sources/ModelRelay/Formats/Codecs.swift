internal import Ledger
internal import NIOCore
internal import Wire

/// What is known of the formats beyond passing their bytes on: the one place that knows which codecs there are.
struct Codecs: Sendable {
    private var byFormat: [WireFormat: any FormatCodec.Type] = [:]
    private var translators: [WireFormat: any BodyTranslator.Type] = [:]
    private var local: [WireFormat: any LocalEndpoint.Type] = [:]

    init(
        _ codecs: [any FormatCodec.Type], translators: [any BodyTranslator.Type] = [], local: [any LocalEndpoint.Type] = []
    ) {
        for codec in codecs { self.byFormat[codec.format] = codec }
        for translator in translators { self.translators[translator.format] = translator }
        for endpoint in local { self.local[endpoint.format] = endpoint }
    }

    /// The codec of a format in which conversations are held.
    func codec(for format: WireFormat) -> (any FormatCodec.Type)? { self.byFormat[format] }

    /// What translates the requests of a format in which none is held.
    func translator(for format: WireFormat) -> (any BodyTranslator.Type)? { self.translators[format] }

    /// What answers where no channel can.
    func localEndpoint(for format: WireFormat) -> (any LocalEndpoint.Type)? { self.local[format] }

    /// Those that the relay has.
    static let standard = Codecs(
        [ChatCompletionsCodec.self, CompletionsCodec.self, ResponsesCodec.self, MessagesCodec.self, GenerateContentCodec.self],
        translators: [
            EmbeddingsTranslator.self, EmbedContentTranslator.self, ResponsesCounter.self, MessagesCounter.self,
            GeminiCounter.self,
        ], local: [ResponsesCounter.self, MessagesCounter.self, GeminiCounter.self])
}

/// Translates requests of an endpoint at which no conversation is held, and their answers, which are whole: embeddings.
protocol BodyTranslator: Sendable {
    /// The client's format.
    static var format: WireFormat { get }

    /// Whether a channel of the same format is asked in another shape than the client's, so that bytes can't be passed on.
    static var translatesOwnFormat: Bool { get }

    /// - Parameter upstream: the channel's format.
    /// - Returns: nil where that one can't be asked.
    /// - Throws: a 400 that names the member at fault.
    static func translation(
        of request: JSON, endpoint: EndpointPath, to upstream: WireFormat, model: String, reply: ReplyContext
    ) throws(RelayError) -> (any BodyTranslation)?
}

extension BodyTranslator {
    static var translatesOwnFormat: Bool { false }
}

/// One such request, translated.
protocol BodyTranslation: Sendable {
    /// What the channel is sent.
    var body: JSON { get }
    /// What it isn't told, by the client's names.
    var dropped: [String] { get }

    /// What the client gets of the channel's answer, and what that says was used.
    /// - Throws: where the answer is none of the channel's format.
    func answer(_ body: JSON) throws(FormatFault) -> (body: JSON, usage: Usage?)
}

/// Answers a request without any channel, where none serves it: tokens are estimated rather than not counted.
protocol LocalEndpoint: Sendable {
    /// The client's format.
    static var format: WireFormat { get }

    /// - Throws: a 400 that names the member at fault.
    static func answer(_ request: JSON, endpoint: EndpointPath, model: String) throws(RelayError) -> JSON
}
