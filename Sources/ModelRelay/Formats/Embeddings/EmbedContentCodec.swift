internal import Ledger
internal import NIOHTTP1
internal import Wire

/// Gemini's `models/{model}:embedContent` and `:batchEmbedContents` (ai.google.dev/api/embeddings).
///
/// An upstream is always asked for a batch, which is one request where there is one input.
enum EmbedContentCodec: EmbeddingsCodec {
    static let format = WireFormat.embedContent
    static let inputName = "content"

    static func request(_ body: JSON, endpoint: EndpointPath) throws(RelayError) -> EmbeddingsRequest {
        let fields = try Member(body).fields()
        guard let batch = fields.first(where: { $0.name == "requests" })?.value else {
            return try self.single(fields, endpoint: endpoint)
        }
        let requests = try batch.list()
        guard !requests.isEmpty, requests.count <= EmbeddingsRequest.mostInputs else {
            throw batch.unacceptable("must hold 1 to \(EmbeddingsRequest.mostInputs) requests")
        }
        var whole: EmbeddingsRequest?
        for request in requests {
            let one = try self.single(try request.fields(), endpoint: endpoint, place: request.place)
            guard var joined = whole else {
                whole = one
                continue
            }
            // One vector is like the next: nothing else could be asked for at once elsewhere.
            guard joined.dimensions == one.dimensions, joined.taskType == one.taskType, joined.title == one.title,
                joined.ownMembers == one.ownMembers, joined.model == one.model
            else { throw request.unacceptable("must have the same settings as the other requests") }
            joined.inputs += one.inputs
            whole = joined
        }
        guard var whole else { throw batch.unacceptable("must not be empty") }
        whole.isSingle = false
        return whole
    }

    private static func single(
        _ fields: [(name: String, value: Member)], endpoint: EndpointPath, place: String = ""
    ) throws(RelayError) -> EmbeddingsRequest {
        var request = EmbeddingsRequest(model: endpoint.model ?? "", inputs: [], isSingle: true)
        for (name, value) in fields {
            switch name {
            case "model": if endpoint.model == nil { request.model = try value.string() }
            case "content": request.inputs = [try self.input(value)]
            case "taskType":
                let type = try value.enumeration()
                request.taskType = type == "TASK_TYPE_UNSPECIFIED" ? nil : type
            case "title": request.title = try value.string()
            case "outputDimensionality":
                let dimensions = try value.wholeNumber()
                guard dimensions > 0 else { throw value.unacceptable("must be at least 1") }
                request.dimensions = dimensions
            default: request.ownMembers[name] = value.json
            }
        }
        request.model = GenerateContentRequestReader.name(request.model)
        let before = place.isEmpty ? "" : "\(place)."
        for (name, isMissing) in [("model", request.model.isEmpty), ("content", request.inputs.isEmpty)] where isMissing {
            throw RelayError(
                .badRequest, code: "missing_required_parameter", parameter: before + name, "`\(before)\(name)` is missing")
        }
        return request
    }

    private static func input(_ content: Member) throws(RelayError) -> EmbeddingsRequest.Input {
        var reader = GenerateContentContentsReader()
        let blocks = try reader.instruction(content).blocks
        if blocks.count == 1, case .text(let text, _) = blocks[0].content { return .text(text) }
        return .blocks(blocks)
    }

    static func body(
        of request: EmbeddingsRequest, model: String, client: any EmbeddingsCodec.Type, losses: inout Losses
    ) throws(RelayError) -> JSON {
        let isOwn = client.format == self.format
        var settings: JSONObject = ["model": .string("models/\(model)")]
        settings["taskType"] = request.taskType.map { .string($0) }
        settings["title"] = request.title.map { .string($0) }
        settings["outputDimensionality"] = request.dimensions.map { .integer($0) }
        if request.user != nil { losses.drop(.user) }
        for (name, value) in request.ownMembers {
            if isOwn { settings[name] = value } else { losses.drop(member: name) }
        }
        var requests: [JSON] = []
        for input in request.inputs {
            var one = settings
            one["content"] = ["parts": .array(try self.parts(input, client: client))]
            requests.append(.object(one))
        }
        return ["requests": .array(requests)]
    }

    private static func parts(
        _ input: EmbeddingsRequest.Input, client: any EmbeddingsCodec.Type
    ) throws(RelayError) -> [JSON] {
        switch input {
        case .text(let text): return [["text": .string(text)]]
        case .blocks(let blocks): return blocks.compactMap { GenerateContentAnswerWriter.part($0).map { .object($0) } }
        case .tokens:
            throw RelayError(
                .badRequest, code: "unsupported_value", parameter: client.inputName,
                "`\(client.inputName)` must be text for this model, not tokens")
        }
    }

    static func answer(_ body: JSON) throws(FormatFault) -> EmbeddingsAnswer {
        var entries: [JSON] = []
        if let one = body["embedding"] { entries = [one] }
        if case .array(let several)? = body["embeddings"] { entries = several }
        guard !entries.isEmpty, entries.count <= EmbeddingsRequest.mostInputs else {
            throw FormatFault("the answer has no embeddings")
        }
        var vectors: [EmbeddingsAnswer.Vector] = []
        for entry in entries {
            guard let values = entry["values"] else { throw FormatFault("an embedding has no `values`") }
            vectors.append(try EmbeddingsAnswer.Vector(values))
        }
        return EmbeddingsAnswer(vectors: vectors, usage: GenerateContentUsage.read(body["usageMetadata"]))
    }

    static func body(
        of answer: EmbeddingsAnswer, to request: EmbeddingsRequest, reply: ReplyContext
    ) throws(FormatFault) -> JSON {
        var embeddings: [JSON] = []
        for vector in answer.vectors { embeddings.append(["values": .array(try vector.numbers())]) }
        var body = JSONObject()
        if request.isSingle, let only = embeddings.first {
            body["embedding"] = only
        } else {
            body["embeddings"] = .array(embeddings)
        }
        if let usage = answer.usage {
            body["usageMetadata"] = [
                "promptTokenCount": .integer(usage.input), "totalTokenCount": .integer(max(usage.total, usage.input)),
            ]
        }
        return .object(body)
    }
}
