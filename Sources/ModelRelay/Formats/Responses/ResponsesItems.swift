internal import Wire

/// The items of an answer's output, as a client gets them.
enum ResponsesItems {
    static func message(_ id: String, _ own: JSONObject, content: [JSON], status: String) -> JSON {
        var item: JSONObject = [
            "id": .string(id), "type": "message", "status": .string(status), "role": "assistant", "content": .array(content),
        ]
        item["phase"] = own["phase"]
        return .object(item)
    }

    static func text(_ text: String, annotations: [JSON], logprobs: [JSON]) -> JSON {
        [
            "type": "output_text", "text": .string(text), "annotations": .array(annotations), "logprobs": .array(logprobs),
        ]
    }

    static func refusal(_ text: String) -> JSON { ["type": "refusal", "refusal": .string(text)] }

    /// - Parameter encrypted: the opaque part in the form in which the client carries it.
    static func reasoning(_ id: String, summary: [String], thoughts: [String], encrypted: String?) -> JSON {
        var item: JSONObject = [
            "id": .string(id), "type": "reasoning",
            "summary": .array(summary.map { ["type": "summary_text", "text": .string($0)] }),
        ]
        if !thoughts.isEmpty { item["content"] = .array(thoughts.map { ["type": "reasoning_text", "text": .string($0)] }) }
        item["encrypted_content"] = encrypted.map { .string($0) }
        return .object(item)
    }

    static func call(_ id: String, _ call: ToolCall, arguments: String, own: JSONObject, status: String) -> JSON {
        var item: JSONObject = [
            "id": .string(id), "type": call.isCustom ? "custom_tool_call" : "function_call", "call_id": .string(call.id),
            "name": .string(call.name), call.isCustom ? "input" : "arguments": .string(arguments),
        ]
        // A custom call has no status by the description.
        if !call.isCustom { item["status"] = .string(status) }
        for (name, value) in own where item[name] == nil { item[name] = value }
        return .object(item)
    }

    /// - Parameter data: base64; nil while it is being made.
    static func picture(_ id: String, _ media: Media, own: JSONObject, data: String?, status: String) -> JSON {
        var item: JSONObject = [
            "id": .string(id), "type": "image_generation_call", "status": .string(status),
            "result": data.map { .string($0) } ?? .null,
        ]
        for (name, value) in own where item[name] == nil { item[name] = value }
        if item["output_format"] == nil, let type = media.type, type.hasPrefix("image/") {
            item["output_format"] = .string(String(type.dropFirst("image/".count)))
        }
        return .object(item)
    }

    /// A custom tool whose upstream knows only tools that take an object: the call as the client's format has it, and its text.
    static func reshaped(_ call: ToolCall, among customTools: Set<String>) -> ToolCall? {
        guard !call.isCustom, customTools.contains(call.name) else { return nil }
        var call = call
        call.isCustom = true
        call.arguments = CustomToolShape.text(ofArguments: call.arguments)
        return call
    }

    static func callPrefix(_ call: ToolCall) -> String { call.isCustom ? "ctc" : "fc" }
}

extension ReplyContext {
    /// The names of the request's tools that take a text.
    var customTools: Set<String> {
        Set(
            (self.request["tools"]?.arrayValue ?? []).compactMap { tool in
                tool["type"]?.stringValue == "custom" ? tool["name"]?.stringValue : nil
            })
    }
}

/// Logarithms of probabilities: a list of tokens here, the member `content` of an object in the canonical form.
enum ResponsesLogprobs {
    static func list(of logprobs: JSON?) -> [JSON] { (logprobs?["content"]?.arrayValue ?? []).map { self.complete($0) } }

    /// `bytes` and `top_logprobs` may be null elsewhere; here they are required.
    private static func complete(_ token: JSON) -> JSON {
        guard var object = token.objectValue else { return token }
        if object["bytes"]?.arrayValue == nil { object["bytes"] = self.bytes(of: object["token"]) }
        object["top_logprobs"] = .array(
            (object["top_logprobs"]?.arrayValue ?? []).map { alternative in
                guard var object = alternative.objectValue else { return alternative }
                if object["bytes"]?.arrayValue == nil { object["bytes"] = self.bytes(of: object["token"]) }
                return .object(object)
            })
        return .object(object)
    }

    private static func bytes(of token: JSON?) -> JSON {
        .array((token?.stringValue ?? "").utf8.map { .integer(Int64($0)) })
    }
}
