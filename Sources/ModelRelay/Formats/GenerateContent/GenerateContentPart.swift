internal import Wire

/// Reads a `Part`, of a request as of an answer.
struct GenerateContentPart {
    /// What the part is. A call has the id that it came with, or "", and a result the same; who reads the conversation fills them in.
    var block: Block

    /// - Throws: a 400 that names the member.
    init(_ part: Member) throws(RelayError) {
        var data: (name: String, value: Member)?
        var isThought = false
        var signature: OpaqueReasoning?
        var own = JSONObject()
        var whole = JSONObject()
        for field in try part.fields() {
            switch field.name {
            case "thought": isThought = try field.value.bool()
            case "thoughtSignature": signature = GenerateContentSignature.read(try field.value.base64())
            case "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult",
                "toolCall", "toolResponse":
                guard data == nil else { throw part.unacceptable("has more than one kind of content") }
                data = field
            default: own[field.name] = field.value.json
            }
            whole[field.name] = field.value.json
        }
        guard let data else {
            // An empty part that carries a signature ends many a stream; anything else without content is of a kind that is not known.
            guard signature != nil || !own.isEmpty else { throw part.unacceptable("has no content") }
            self.block =
                own.isEmpty ? Self.text("", isThought: isThought, signature) : Block(.own(.generateContent, .object(whole)))
            return
        }
        switch data.name {
        case "text": self.block = Self.text(try data.value.string(), isThought: isThought, signature)
        case "inlineData":
            let (media, title) = try Self.inlineData(data.value)
            self.block = Block(GenerateContentMedia.content(media, title: title), signature: signature)
        case "fileData":
            let (media, title) = try Self.fileData(data.value)
            self.block = Block(GenerateContentMedia.content(media, title: title), signature: signature)
        case "functionCall": self.block = Block(try Self.call(data.value, own: &own), signature: signature)
        case "functionResponse": self.block = Block(try Self.result(data.value, own: &own), signature: signature)
        default:
            self.block = Block(.own(.generateContent, .object(whole)))
            return
        }
        Self.takeDetail(from: &own, into: &self.block)
        self.block.ownMembers = own
    }

    private static func text(_ text: String, isThought: Bool, _ signature: OpaqueReasoning?) -> Block {
        guard isThought else { return Block(.text(text, citations: []), signature: signature) }
        let isRedacted = text.isEmpty && signature.map { $0.origin != .generateContent } ?? false
        return Block(.reasoning(Reasoning(text: text, opaque: signature, isRedacted: isRedacted)))
    }

    static func inlineData(_ blob: Member) throws(RelayError) -> (Media, title: String?) {
        var data: String?
        var type: String?
        var title: String?
        for field in try blob.fields() {
            switch field.name {
            case "data": data = try field.value.base64()
            case "mimeType": type = try field.value.string()
            case "displayName": title = try field.value.string()
            default: break
            }
        }
        guard let data else { throw Member(blob.json, place: "\(blob.place).data").unacceptable("is missing") }
        return (Media(.base64(data), type: type ?? GenerateContentMedia.type(ofBase64: data)), title)
    }

    static func fileData(_ file: Member) throws(RelayError) -> (Media, title: String?) {
        var uri = ""
        var type: String?
        var title: String?
        for field in try file.fields() {
            switch field.name {
            case "fileUri": uri = try field.value.string()
            case "mimeType": type = try field.value.string()
            case "displayName": title = try field.value.string()
            default: break
            }
        }
        guard !uri.isEmpty else { throw Member(file.json, place: "\(file.place).fileUri").unacceptable("is missing") }
        return (GenerateContentMedia.media(uri: uri, type: type), title)
    }

    private static func call(_ call: Member, own: inout JSONObject) throws(RelayError) -> Block.Content {
        var read = ToolCall(id: "", name: "", arguments: "{}")
        for field in try call.fields() {
            switch field.name {
            case "id": read.id = try field.value.string()
            case "name": read.name = try field.value.string()
            case "args": read.arguments = JSON.object(try field.value.object()).serialized()
            default: own["functionCall.\(field.name)"] = field.value.json
            }
        }
        guard !read.name.isEmpty else { throw Member(call.json, place: "\(call.place).name").unacceptable("is missing") }
        return .toolCall(read)
    }

    private static func result(_ result: Member, own: inout JSONObject) throws(RelayError) -> Block.Content {
        var read = ToolResult(callID: "", blocks: [])
        var media: [Block] = []
        for field in try result.fields() {
            switch field.name {
            case "id": read.callID = try field.value.string()
            case "name": read.name = try field.value.string()
            case "response": read.object = .object(try field.value.object())
            case "parts": for part in try field.value.list() { media.append(try self.resultPart(part)) }
            default: own["functionResponse.\(field.name)"] = field.value.json
            }
        }
        guard read.name?.isEmpty == false else {
            throw Member(result.json, place: "\(result.place).name").unacceptable("is missing")
        }
        let (text, isError) = self.text(ofResponse: read.object?.objectValue ?? JSONObject())
        if !text.isEmpty || media.isEmpty { read.blocks.append(.text(text)) }
        read.blocks += media
        read.isError = isError ? true : nil
        return .toolResult(read)
    }

    private static func resultPart(_ part: Member) throws(RelayError) -> Block {
        for field in try part.fields() {
            switch field.name {
            case "inlineData":
                let (media, title) = try self.inlineData(field.value)
                return Block(GenerateContentMedia.content(media, title: title))
            case "fileData":
                let (media, title) = try self.fileData(field.value)
                return Block(GenerateContentMedia.content(media, title: title))
            default: continue
            }
        }
        throw part.unacceptable("must have inlineData or fileData")
    }

    /// A response as a text for formats that know no other: the output alone where it is one, else the whole object.
    private static func text(ofResponse response: JSONObject) -> (String, isError: Bool) {
        guard response.count == 1, let only = response.first(where: { _ in true }) else {
            return (response.isEmpty ? "" : JSON.object(response).serialized(), response.contains("error"))
        }
        switch only.name {
        case "output", "result", "content", "error":
            return (only.value.stringValue ?? only.value.serialized(), only.name == "error")
        default: return (JSON.object(response).serialized(), false)
        }
    }

    /// A picture's resolution is the detail that other formats know, as far as they have words for it.
    private static func takeDetail(from own: inout JSONObject, into block: inout Block) {
        guard case .image(let media, _) = block.content, let resolution = own["mediaResolution"]?.objectValue,
            resolution.count == 1,
            let level = resolution["level"]?.stringValue, let detail = self.details[level.uppercased()]
        else { return }
        own["mediaResolution"] = nil
        block.content = .image(media, detail: detail)
    }

    static let details = ["MEDIA_RESOLUTION_LOW": "low", "MEDIA_RESOLUTION_HIGH": "high"]
}
