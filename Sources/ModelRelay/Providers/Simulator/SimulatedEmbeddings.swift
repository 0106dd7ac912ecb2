internal import Ledger
internal import NIOHTTP1
internal import Wire

/// Vectors of length 1. The same text has the same vector, and texts that share words are nearer to each other than others: each word adds to
/// one of the numbers.
enum SimulatedEmbeddings {
    /// Numbers of all vectors of one answer.
    private static let mostNumbers = 1 << 20

    static func body(_ json: JSON, codec: any EmbeddingsCodec.Type, of simulator: Simulator) throws(RelayError) -> [UInt8] {
        let settings = simulator.settings
        let request = try codec.request(json, endpoint: EndpointPath(model: simulator.request.model))
        let dimensions = Int(clamping: request.dimensions ?? Int64(settings.embeddingDimensions ?? 8))
        guard dimensions <= self.mostNumbers / request.inputs.count else {
            throw RelayError(
                .badRequest, code: "invalid_value", parameter: codec.inputName,
                "the vectors would have more than \(self.mostNumbers) numbers")
        }
        var tokens: Int64 = 0
        var vectors: [EmbeddingsAnswer.Vector] = []
        for input in request.inputs {
            let text = self.text(of: input, &tokens)
            vectors.append(.numbers(self.vector(of: settings.embeddingBase ?? text, dimensions: dimensions)))
        }
        let usage = SimulatedUsage.input(tokens, settings: settings)
        let answer = EmbeddingsAnswer(model: simulator.request.model, vectors: vectors, usage: usage)
        do throws(FormatFault) {
            return try codec.body(of: answer, to: request, reply: simulator.reply(to: json)).serializedBytes()
        } catch {
            throw RelayError(.internalServerError, type: "server_error", error.description)
        }
    }

    private static func text(of input: EmbeddingsRequest.Input, _ tokens: inout Int64) -> String {
        switch input {
        case .text(let text):
            tokens += SimulatedUsage.tokens(text)
            return text
        case .tokens(let list):
            tokens += Int64(list.count)
            return list.map(String.init).joined(separator: " ")
        case .blocks(let blocks):
            var conversation = Conversation(model: "")
            conversation.messages = [Message(.user, blocks)]
            tokens += SimulatedUsage.tokens(bytes: conversation.seenBytes)
            return conversation.lastUserText ?? ""
        }
    }

    private static func vector(of text: String, dimensions: Int) -> [JSON] {
        var sums = [Double](repeating: 0, count: dimensions)
        for word in Words.of(text) {
            let hash = TextHash.hash(word)
            sums[Int(hash % UInt64(dimensions))] += hash >> 63 == 0 ? 1 : -1
        }
        var length = sums.reduce(0) { $0 + $1 * $1 }.squareRoot()
        // Words that cancel each other out, or none.
        if length == 0 {
            sums[0] = 1
            length = 1
        }
        return sums.map { JSONNumber(($0 / length * 1e6).rounded() / 1e6).map(JSON.number) ?? 0 }
    }
}

/// The words of a text in small letters; what is no letter and no digit divides them.
enum Words {
    static func of(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
    }
}
