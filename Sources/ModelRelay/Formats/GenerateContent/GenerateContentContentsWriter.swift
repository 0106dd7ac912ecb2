internal import NIOHTTP1
internal import Wire

/// Writes `contents` and `systemInstruction`.
///
/// Roles alternate, so neighbouring turns of one role are one content. Results of tools come first in the content behind the calls, in the
/// order of the calls. An instruction in the middle of a conversation, which this format has not, stays in its place as what the user
/// said, marked as the system's.
struct GenerateContentContentsWriter {
    let target: EncodingTarget
    let model: GeminiModel
    private(set) var losses: Losses
    private var turns: [Turn] = []
    private var instruction: [JSON] = []
    /// By id: the function's name, and which call of the conversation it is.
    private var calls: [String: (name: String, ordinal: Int)] = [:]
    private static let mostDepth = 8

    private struct Turn {
        let isModel: Bool
        var results: [(ordinal: Int, part: JSONObject)] = []
        /// What goes with the results where they can't hold it themselves.
        var resultMedia: [JSONObject] = []
        var parts: [JSONObject] = []
    }

    init(target: EncodingTarget, model: GeminiModel, losses: Losses) {
        self.target = target
        self.model = model
        self.losses = losses
    }

    private var isOwn: Bool { self.target.client.format == .generateContent }

    /// - Throws: a 400 for a file that this provider hasn't, and for a result that belongs to no call.
    mutating func contents(_ messages: [Message]) throws(RelayError) -> (contents: [JSON], instruction: JSON?) {
        for message in messages {
            if message.name != nil { self.losses.drop(.participantName) }
            switch message.role {
            case .system, .developer: try self.addInstruction(message)
            case .user: try self.add(message.blocks, isModel: false)
            case .assistant: try self.add(message.blocks, isModel: true)
            }
        }
        // Instructions alone are no conversation there.
        if self.turns.isEmpty, !self.instruction.isEmpty { return ([["role": "user", "parts": .array(self.instruction)]], nil) }
        self.signForeignCalls()
        let contents: [JSON] = self.turns.map { turn in
            let results = turn.results.sorted { $0.ordinal < $1.ordinal }.map(\.part)
            let parts = results + turn.resultMedia + turn.parts
            return ["role": turn.isModel ? "model" : "user", "parts": .array(parts.map { .object($0) })]
        }
        return (contents, self.instruction.isEmpty ? nil : ["parts": .array(self.instruction)])
    }

    private mutating func addInstruction(_ message: Message) throws(RelayError) {
        guard !self.turns.isEmpty else {
            for block in message.blocks { self.instruction += try self.parts(of: block, depth: 0).map { .object($0) } }
            return
        }
        let blocks = message.blocks.map { block in
            guard case .text(let text, let citations) = block.content else { return block }
            return Block(.text("<system>\(text)</system>", citations: citations))
        }
        try self.add(blocks, isModel: false)
    }

    private mutating func add(_ blocks: [Block], isModel: Bool) throws(RelayError) {
        var turn = Turn(isModel: isModel)
        // What the last turn's content would be continued with goes into it.
        if let last = self.turns.last, last.isModel == isModel { turn = self.turns.removeLast() }
        for block in blocks {
            if case .toolResult(let result) = block.content {
                try self.addResult(result, block, to: &turn)
            } else {
                turn.parts += try self.parts(of: block, depth: 0)
            }
        }
        if !turn.parts.isEmpty || !turn.results.isEmpty { self.turns.append(turn) }
    }

    // MARK: - Parts

    private mutating func parts(of block: Block, depth: Int) throws(RelayError) -> [JSONObject] {
        var part: JSONObject
        switch block.content {
        case .text(let text, let citations):
            if !citations.isEmpty { self.losses.drop(.citations) }
            // An empty text is refused unless it carries a signature.
            guard !text.isEmpty || block.signature?.origin == .generateContent else { return [] }
            part = ["text": .string(text)]
        case .refusal(let text): part = ["text": .string(text)]
        case .reasoning(let reasoning): return self.thought(reasoning, block)
        case .toolCall(let call): part = self.call(call)
        case .image(let media, let detail):
            part = try self.media(media, .imageURL, .imageFile, fallback: "image/jpeg")
            self.writeDetail(detail, to: &part)
        case .audio(let media): part = try self.media(media, .audioInput, .audioInput, fallback: nil)
        case .video(let media): part = try self.media(media, .videoInput, .videoInput, fallback: nil)
        case .document(let document): return try self.document(document, block, depth: depth)
        case .toolResult: return []
        case .own(.generateContent, let own): return own.objectValue.map { [$0] } ?? []
        case .own(let format, let own):
            let kind = own["type"]?.stringValue ?? format.rawValue
            self.losses.drop(member: "content.\(kind.prefix(64))")
            return []
        }
        self.finish(&part, block)
        return [part]
    }

    /// The signature goes back on the very part that it came with.
    private mutating func finish(_ part: inout JSONObject, _ block: Block) {
        if let signature = block.signature {
            if signature.origin == .generateContent {
                part["thoughtSignature"] = .string(signature.value)
            } else {
                self.losses.drop(.opaqueReasoning)
            }
        }
        guard self.isOwn else { return }
        for (name, value) in block.ownMembers {
            let path = name.split(separator: ".").map(String.init)
            if path.count == 2 {
                var inner = part[path[0]]?.objectValue ?? [:]
                inner[path[1]] = value
                part[path[0]] = .object(inner)
            } else {
                part[name] = value
            }
        }
    }

    private mutating func thought(_ reasoning: Reasoning, _ block: Block) -> [JSONObject] {
        var part: JSONObject = ["text": .string(reasoning.text), "thought": true]
        if let opaque = reasoning.opaque {
            if opaque.origin == .generateContent {
                part["thoughtSignature"] = .string(opaque.value)
            } else {
                self.losses.drop(.opaqueReasoning)
            }
        }
        guard !reasoning.text.isEmpty || part["thoughtSignature"] != nil else { return [] }
        self.finish(&part, block)
        return [part]
    }

    private mutating func call(_ call: ToolCall) -> JSONObject {
        self.calls[call.id] = (call.name, self.calls.count)
        var function: JSONObject = ["name": .string(call.name), "args": GenerateContentCall.arguments(of: call)]
        function["id"] = Self.id(call.id)
        return ["functionCall": .object(function)]
    }

    /// An id as it is written; nil for one that was made for a call without any.
    private static func id(_ id: String) -> JSON? {
        id.isEmpty || id.hasPrefix(GenerateContentContentsReader.idPrefix) ? nil : .string(id)
    }

    private mutating func writeDetail(_ detail: String?, to part: inout JSONObject) {
        guard let detail, detail != "auto" else { return }
        let level = GenerateContentPart.details.first { $0.value == detail }?.key
        if let level, self.isOwn || self.model.isThirdGeneration {
            part["mediaResolution"] = ["level": .string(level)]
        } else {
            self.losses.drop(.imageDetail)
        }
    }

    private func media(
        _ media: Media, _ urlFeature: Feature, _ fileFeature: Feature, fallback: String?
    ) throws(RelayError) -> JSONObject {
        switch media.source {
        case .base64(let data):
            let type = media.type ?? GenerateContentMedia.type(ofBase64: data) ?? fallback ?? "application/octet-stream"
            return ["inlineData": ["mimeType": .string(type), "data": .string(data)]]
        case .url(let url):
            guard GenerateContentMedia.isFetched(url), self.isOwn || !self.target.quirks.lacksMediaURLs else {
                throw GenerateContentRequestWriter.refusal(
                    urlFeature, "must hold the data itself for this model", client: self.target.client)
            }
            return ["fileData": self.file(url, media.type ?? GenerateContentMedia.type(ofURL: url) ?? fallback)]
        case .file(let uri):
            guard self.isOwn || GenerateContentMedia.isProviderFile(uri) else {
                throw GenerateContentRequestWriter.refusal(
                    fileFeature, "names a file that this model's provider does not have", client: self.target.client)
            }
            return ["fileData": self.file(uri, media.type)]
        }
    }

    private func file(_ uri: String, _ type: String?) -> JSON {
        var file: JSONObject = ["fileUri": .string(uri)]
        file["mimeType"] = type.map { .string($0) }
        return .object(file)
    }

    private mutating func document(_ document: Document, _ block: Block, depth: Int) throws(RelayError) -> [JSONObject] {
        if document.context != nil || (document.title != nil && !self.isOwn) { self.losses.drop(.documentContext) }
        if document.citesSource == true { self.losses.drop(.citations) }
        var part: JSONObject
        switch document.source {
        case .media(let media):
            part = try self.media(media, .documentURL, .documentFile, fallback: "application/pdf")
            if self.isOwn, let title = document.title {
                let kind = part["inlineData"] == nil ? "fileData" : "inlineData"
                var data = part[kind]?.objectValue ?? [:]
                data["displayName"] = .string(title)
                part[kind] = .object(data)
            }
        case .text(let text): part = ["inlineData": ["mimeType": "text/plain", "data": .string(Base64Text.encode(text))]]
        case .blocks(let blocks):
            guard depth < Self.mostDepth else { return [] }
            var parts: [JSONObject] = []
            for block in blocks { parts += try self.parts(of: block, depth: depth + 1) }
            return parts
        }
        self.finish(&part, block)
        return [part]
    }

    // MARK: - Results

    private mutating func addResult(_ result: ToolResult, _ block: Block, to turn: inout Turn) throws(RelayError) {
        let call = self.calls[result.callID]
        guard let name = result.name ?? call?.name else {
            throw RelayError(
                .badRequest, code: "invalid_value", parameter: self.target.client.memberName(of: .tools),
                "the result of the tool call `\(result.callID.prefix(128))` belongs to no call in the conversation")
        }
        var function: JSONObject = ["name": .string(name)]
        function["id"] = Self.id(result.callID)
        function["response"] = result.object ?? Self.response(result)
        var media: [JSONObject] = []
        for block in result.blocks {
            if case .text = block.content { continue }
            media += try self.parts(of: block, depth: 1)
        }
        if !media.isEmpty, self.isOwn || self.model.isThirdGeneration {
            function["parts"] = .array(media.map { .object($0) })
        } else {
            turn.resultMedia += media
        }
        var part: JSONObject = ["functionResponse": .object(function)]
        self.finish(&part, block)
        turn.results.append((call?.ordinal ?? .max, part))
    }

    /// A text as the object that is wanted: `output` or `error` by the API's own convention, unless it is an object already.
    private static func response(_ result: ToolResult) -> JSON {
        var text = ""
        for case .text(let piece, _) in result.blocks.map(\.content) { text += text.isEmpty ? piece : "\n\(piece)" }
        if result.isError == true { return ["error": .string(text)] }
        if text.utf8.first == UInt8(ascii: "{"), let object = (try? JSON.parse(text))?.objectValue, !object.contains("output"),
            !object.contains("error")
        {
            return .object(object)
        }
        return ["output": .string(text)]
    }

    // MARK: - Signatures

    /// Since Gemini 3 the first call of each step of the turn that is under way needs a signature; the turn began with the last thing that
    /// the user said. Calls that another model made have none.
    private mutating func signForeignCalls() {
        guard self.model.isThirdGeneration else { return }
        let begin = self.turns.lastIndex { !$0.isModel && !$0.parts.isEmpty } ?? 0
        for index in self.turns.indices[begin...] where self.turns[index].isModel {
            guard let call = self.turns[index].parts.firstIndex(where: { $0["functionCall"] != nil }),
                self.turns[index].parts[call]["thoughtSignature"] == nil
            else { continue }
            self.turns[index].parts[call]["thoughtSignature"] = .string(GenerateContentSignature.validatorSkip)
        }
    }
}

/// A call's arguments, which are an object here.
enum GenerateContentCall {
    /// Text that is no object stands under `input`, as a custom tool's text.
    static func arguments(of call: ToolCall) -> JSON {
        if call.arguments.isEmpty { return [:] }
        if !call.isCustom, let object = try? JSON.parse(call.arguments, limits: JSONLimits(duplicateNames: .lastWins)),
            case .object = object
        {
            return object
        }
        return ["input": .string(call.arguments)]
    }
}
