internal import Ledger
internal import NIOHTTP1
internal import Wire

/// OpenAI's `POST /v1/embeddings`.
enum EmbeddingsOpenAICodec: EmbeddingsCodec {
    static let format = WireFormat.embeddings
    static let inputName = "input"

    static func request(_ body: JSON, endpoint: EndpointPath) throws(RelayError) -> EmbeddingsRequest {
        let body = Member(body)
        var request = EmbeddingsRequest(model: endpoint.model ?? "", inputs: [])
        if endpoint.model == nil { request.model = try body.required("model").string() }
        guard !request.model.isEmpty else { throw Member(.null, place: "model").unacceptable("must not be empty") }
        (request.inputs, request.isSingle) = try self.inputs(try body.required("input"))
        for (name, json) in try body.object() where !json.isNull {
            let value = Member(json, place: name)
            switch name {
            case "model", "input": break
            case "dimensions":
                let dimensions = try value.integer()
                guard dimensions > 0 else { throw value.unacceptable("must be at least 1") }
                request.dimensions = dimensions
            case "encoding_format":
                guard let encoding = EmbeddingsRequest.Encoding(rawValue: try value.string()) else {
                    throw value.unacceptable("must be `float` or `base64`")
                }
                request.encoding = encoding
            case "user": request.user = try value.string()
            default: request.ownMembers[name] = json
            }
        }
        return request
    }

    /// A text, some texts, a text in tokens, or some of those.
    private static func inputs(_ input: Member) throws(RelayError) -> ([EmbeddingsRequest.Input], isSingle: Bool) {
        if case .string(let text) = input.json { return ([.text(text)], true) }
        guard case .array = input.json else { throw input.wrong("a string or an array") }
        let elements = try input.elements()
        guard let first = elements.first else { throw input.unacceptable("must not be empty") }
        switch first.json {
        case .number: return ([.tokens(try self.tokens(elements))], true)
        case .string, .array: break
        default: throw first.wrong("a string or a list of tokens")
        }
        guard elements.count <= EmbeddingsRequest.mostInputs else {
            throw input.unacceptable("can hold at most \(EmbeddingsRequest.mostInputs) inputs")
        }
        var inputs: [EmbeddingsRequest.Input] = []
        for element in elements {
            if case .string = first.json {
                inputs.append(.text(try element.string()))
            } else {
                let tokens = try element.elements()
                guard !tokens.isEmpty else { throw element.unacceptable("must not be empty") }
                inputs.append(.tokens(try self.tokens(tokens)))
            }
        }
        return (inputs, false)
    }

    private static func tokens(_ elements: [Member]) throws(RelayError) -> [Int64] {
        var tokens: [Int64] = []
        tokens.reserveCapacity(elements.count)
        for element in elements { tokens.append(try element.integer()) }
        return tokens
    }

    static func body(
        of request: EmbeddingsRequest, model: String, client: any EmbeddingsCodec.Type, losses: inout Losses
    ) throws(RelayError) -> JSON {
        var body: JSONObject = ["model": .string(model)]
        var inputs: [JSON] = []
        for input in request.inputs { inputs.append(try self.json(input, client: client)) }
        body["input"] = request.isSingle ? inputs.first ?? .null : .array(inputs)
        body["dimensions"] = request.dimensions.map { .integer($0) }
        if request.encoding != .float { body["encoding_format"] = .string(request.encoding.rawValue) }
        body["user"] = request.user.map { .string($0) }
        if request.taskType != nil { losses.drop(member: "taskType") }
        if request.title != nil { losses.drop(member: "title") }
        for (name, value) in request.ownMembers {
            if client.format == self.format { body[name] = value } else { losses.drop(member: name) }
        }
        return .object(body)
    }

    private static func json(
        _ input: EmbeddingsRequest.Input, client: any EmbeddingsCodec.Type
    ) throws(RelayError) -> JSON {
        switch input {
        case .text(let text): return .string(text)
        case .tokens(let tokens): return .array(tokens.map { .integer($0) })
        case .blocks(let blocks):
            var text = ""
            for block in blocks {
                guard case .text(let piece, _) = block.content else {
                    throw RelayError(
                        .badRequest, code: "unsupported_value", parameter: client.inputName,
                        "`\(client.inputName)` can hold only text for this model")
                }
                text += piece
            }
            return .string(text)
        }
    }

    static func answer(_ body: JSON) throws(FormatFault) -> EmbeddingsAnswer {
        guard case .array(let data)? = body["data"], data.count <= EmbeddingsRequest.mostInputs else {
            throw FormatFault("the answer has no `data`")
        }
        var vectors: [(index: Int, vector: EmbeddingsAnswer.Vector)] = []
        for (place, entry) in data.enumerated() {
            guard let vector = entry["embedding"] else { throw FormatFault("an entry of `data` has no `embedding`") }
            vectors.append((entry["index"]?.intValue ?? place, try EmbeddingsAnswer.Vector(vector)))
        }
        vectors.sort { $0.index < $1.index }
        let usage = body["usage"]?.serializedBytes().withUnsafeBytes { ChatUsage.read($0) }
        return EmbeddingsAnswer(model: body["model"]?.stringValue ?? "", vectors: vectors.map(\.vector), usage: usage)
    }

    static func body(
        of answer: EmbeddingsAnswer, to request: EmbeddingsRequest, reply: ReplyContext
    ) throws(FormatFault) -> JSON {
        var data: [JSON] = []
        data.reserveCapacity(answer.vectors.count)
        for (index, vector) in answer.vectors.enumerated() {
            data.append(["object": "embedding", "index": .integer(index), "embedding": try vector.json(request.encoding)])
        }
        let usage = answer.usage ?? Usage()
        return [
            "object": "list", "data": .array(data), "model": .string(reply.model),
            "usage": ["prompt_tokens": .integer(usage.input), "total_tokens": .integer(max(usage.total, usage.input))],
        ]
    }
}
