internal import Ledger
internal import Wire

/// Reads whole answers, and what streams tell of the answer as a whole.
enum ResponsesAnswerReader {
    /// - Throws: where it tells of a failure, or isn't finished, or is no response at all.
    static func read(_ body: JSON) throws(FormatFault) -> Answer {
        guard case .object = body else { throw FormatFault("the answer is no object") }
        if let fault = self.failure(of: body) { throw fault }
        guard let output = body["output"]?.arrayValue else { throw FormatFault("the answer has no output") }
        var answer = self.head(of: body)
        var choice = Answer.Choice()
        var searches: Int64 = 0
        var logprobs: [JSON] = []
        for item in output {
            choice.blocks += self.blocks(of: item)
            if self.isSearch(item) { searches += 1 }
            for part in item["content"]?.arrayValue ?? [] { logprobs += part["logprobs"]?.arrayValue ?? [] }
        }
        if !logprobs.isEmpty { choice.logprobs = ["content": .array(logprobs)] }
        choice.stop = self.stop(of: body, after: choice.blocks)
        answer.choices = [choice]
        answer.usage = self.usage(of: body, searches: searches)
        return answer
    }

    /// What is known before anything is said.
    static func head(of response: JSON) -> Answer {
        var answer = Answer()
        answer.id = response["id"]?.stringValue ?? ""
        answer.model = response["model"]?.stringValue ?? ""
        // Some write fractions of a second.
        answer.createdAt = response["created_at"]?.doubleValue.flatMap { Int64(exactly: $0.rounded(.down)) } ?? 0
        // `auto` is only the request's word.
        answer.serviceTier = response["service_tier"]?.stringValue.flatMap { $0 == "auto" ? nil : $0 }
        for name in ResponsesAnswerWriter.ownNames {
            if let value = response[name], !value.isNull { answer.ownMembers[name] = value }
        }
        return answer
    }

    static func usage(of response: JSON, searches: Int64) -> Usage? {
        guard var usage = ResponsesUsage.read(response["usage"]) else { return nil }
        usage.webSearchCount = response["tool_usage"]?["web_search"]?["num_requests"]?.int64Value ?? searches
        return usage
    }

    /// A search is charged for; opening a page or looking within it is not.
    static func isSearch(_ item: JSON) -> Bool {
        guard item["type"]?.stringValue == "web_search_call" else { return false }
        return item["action"]?["type"]?.stringValue ?? "search" == "search"
    }

    static func stop(of response: JSON, after blocks: [Block]) -> StopReason {
        var ending = Ending()
        for block in blocks { ending.take(block) }
        return self.stop(of: response, after: ending)
    }

    /// What the blocks say about why the model ended.
    struct Ending: Sendable {
        private(set) var hasCall = false
        private(set) var hasRefusal = false

        mutating func take(_ block: Block) {
            switch block.content {
            case .toolCall: self.hasCall = true
            case .refusal: self.hasRefusal = true
            default: break
            }
        }
    }

    static func stop(of response: JSON, after ending: Ending) -> StopReason {
        if response["status"]?.stringValue == "incomplete" {
            switch response["incomplete_details"]?["reason"]?.stringValue {
            case "max_output_tokens": return .length
            case "content_filter": return .contentFilter("content_filter")
            case nil: return .pause
            case let reason?: return .other(reason)
            }
        }
        if ending.hasCall { return .toolCalls }
        return ending.hasRefusal ? .refusal : .end
    }

    /// Nil for a response that ended well, or was cut short by a limit.
    static func failure(of response: JSON) -> FormatFault? {
        switch response["status"]?.stringValue {
        case "failed": self.fault(response["error"] ?? .null)
        case nil where response["error"]?.objectValue != nil: self.fault(response["error"] ?? .null)
        case "cancelled": FormatFault("the response was cancelled", told: FormatFault.Told(status: 409, code: "cancelled"))
        case "queued", "in_progress": FormatFault("the response is not finished")
        default: nil
        }
    }

    /// - Parameter error: with `code` and `message`, and perhaps `type`.
    static func fault(_ error: JSON) -> FormatFault {
        let code = error["code"]?.stringValue
        let type = error["type"]?.stringValue.flatMap { $0 == "error" ? nil : $0 }
        let told = FormatFault.Told(status: ResponsesNames.status(ofErrorCode: code ?? type), type: type, code: code)
        let message = error["message"]?.stringValue ?? "the upstream failed without saying why"
        return FormatFault(String(message.prefix(800)), told: told)
    }

    // MARK: Items

    static func blocks(of item: JSON) -> [Block] {
        switch item["type"]?.stringValue {
        case "message":
            let own = self.itemMembers(of: item)
            return (item["content"]?.arrayValue ?? []).compactMap { part in
                guard var block = self.block(ofPart: part) else { return nil }
                block.setOwn("item", own)
                return block
            }
        case "function_call", "custom_tool_call":
            guard var block = self.call(item) else { return [] }
            block.take(.arguments(self.arguments(of: item)))
            return [block]
        case "reasoning":
            let id = item["id"]?.stringValue
            // The value is kept as the upstream gave it, for that upstream.
            let opaque = item["encrypted_content"]?.stringValue.map { OpaqueReasoning(origin: .responses, value: $0, id: id) }
            let blocks = ResponsesOutput.reasoning(
                summary: self.texts(item["summary"]), thoughts: self.texts(item["content"]), opaque: opaque, id: id)
            // Summaries in several pieces are one text here and in a stream.
            return blocks.map { block in
                var block = block
                block.ownMembers = [:]
                if let id { block.setOwn("item", ["id": .string(id)]) }
                return block
            }
        case "image_generation_call": return [ResponsesOutput.picture(item) ?? Block(.own(.responses, item))]
        default: return [Block(.own(.responses, item))]
        }
    }

    /// `id` and `phase` of a message. Its status says nothing that the response's doesn't.
    static func itemMembers(of item: JSON) -> JSONObject {
        var own: JSONObject = [:]
        for name in ["id", "phase"] {
            if let value = item[name], !value.isNull { own[name] = value }
        }
        return own
    }

    /// Nil for a part of an unknown kind.
    static func block(ofPart part: JSON) -> Block? {
        switch part["type"]?.stringValue {
        case "output_text", "text":
            let citations = (part["annotations"]?.arrayValue ?? []).map { ResponsesCitations.read($0) }
            return Block(.text(part["text"]?.stringValue ?? "", citations: citations))
        case "refusal": return Block(.refusal(part["refusal"]?.stringValue ?? ""))
        default: return nil
        }
    }

    /// The call without its arguments.
    static func call(_ item: JSON) -> Block? {
        let isCustom = item["type"]?.stringValue == "custom_tool_call"
        guard let name = item["name"]?.stringValue, let id = item["call_id"]?.stringValue ?? item["id"]?.stringValue else {
            return nil
        }
        var block = Block(
            .toolCall(ToolCall(id: id, name: name, arguments: "", isCustom: isCustom, itemID: item["id"]?.stringValue)))
        var own: JSONObject = [:]
        for name in ["namespace", "caller", "async"] {
            if let value = item[name], !value.isNull { own[name] = value }
        }
        block.setOwn("item", own)
        return block
    }

    static func arguments(of item: JSON) -> String {
        item["arguments"]?.stringValue ?? item["input"]?.stringValue ?? ""
    }

    static func texts(_ list: JSON?) -> [String] { (list?.arrayValue ?? []).compactMap { $0["text"]?.stringValue } }
}
