public import Directory
internal import Ledger
internal import NIOHTTP1
public import Wire

/// The list of models and a single one in the client's shape: what the caller may use, nothing else.
///
/// OpenAI's `GET /v1/models` is one list; Anthropic's (`limit`, `before_id`, `after_id`) and Gemini's `GET /v1beta/models` (`pageSize`,
/// `pageToken`) come in pages.
public enum ModelList {
    /// The list object in OpenAI's shape.
    public static func list(_ snapshot: Snapshot, for caller: Caller) -> JSON {
        ["object": "list", "data": .array(snapshot.models(for: caller).map { self.entry($0, .openAI) { _ in "" } })]
    }

    /// One model in OpenAI's shape, or nil where the caller may not use it.
    public static func model(_ name: String, _ snapshot: Snapshot, for caller: Caller) -> JSON? {
        snapshot.model(name, for: caller).map { self.entry($0, .openAI) { _ in "" } }
    }

    /// The list in the shape of a dialect, or the page of it that the query asks for.
    /// - Parameters:
    ///   - query: the parameters of the request's URL, decoded.
    ///   - timestamp: milliseconds since 1970 as RFC 3339 text.
    /// - Throws: a 400 that names the parameter.
    public static func list(
        _ snapshot: Snapshot, for caller: Caller, dialect: Dialect, query: [String: String], timestamp: (Int64) -> String
    ) throws(RelayError) -> JSON {
        let models = snapshot.models(for: caller)
        switch dialect {
        case .openAI: return self.list(snapshot, for: caller)
        case .anthropic:
            let page = try ModelPage.anthropic(models.map(\.config.model), query)
            let data = models[page.range]
            return [
                "data": .array(data.map { self.entry($0, dialect, timestamp) }), "has_more": .bool(page.hasMore),
                "first_id": data.first.map { .string($0.config.model) } ?? .null,
                "last_id": data.last.map { .string($0.config.model) } ?? .null,
            ]
        case .gemini:
            let page = try ModelPage.gemini(models.map(\.config.model), query)
            var list: JSONObject = ["models": .array(models[page.range].map { self.entry($0, dialect, timestamp) })]
            if page.hasMore, let last = models[page.range].last {
                list["nextPageToken"] = .string(Base64URL.encode(Array(last.config.model.utf8)))
            }
            return .object(list)
        }
    }

    /// One model in the shape of a dialect, or nil where the caller may not use it.
    /// - Parameter timestamp: milliseconds since 1970 as RFC 3339 text.
    public static func model(
        _ name: String, _ snapshot: Snapshot, for caller: Caller, dialect: Dialect, timestamp: (Int64) -> String
    ) -> JSON? {
        snapshot.model(name, for: caller).map { self.entry($0, dialect, timestamp) }
    }

    private static func entry(_ model: ServedModel, _ dialect: Dialect, _ timestamp: (Int64) -> String) -> JSON {
        let config = model.config
        let name = JSON.string(config.model)
        let mostInput = self.count(config.config, "max_input_tokens", "max_context_tokens")
        let mostOutput = self.count(config.config, "max_output_tokens")
        switch dialect {
        case .openAI:
            return [
                "id": name, "object": "model", "created": .integer(config.createdAt / 1000), "owned_by": .string(config.owner),
            ]
        case .anthropic:
            return [
                "type": "model", "id": name, "display_name": name, "created_at": .string(timestamp(config.createdAt)),
                "lifecycle": "active", "max_input_tokens": mostInput ?? .null, "max_tokens": mostOutput ?? .null,
            ]
        case .gemini:
            var entry: JSONObject = [
                "name": .string("models/\(config.model)"), "version": "", "displayName": name,
                "description": .string(config.owner),
                "supportedGenerationMethods": .array(self.methods(mode: config.type.number).map { .string($0) }),
            ]
            entry["inputTokenLimit"] = mostInput
            entry["outputTokenLimit"] = mostOutput
            return .object(entry)
        }
    }

    private static func count(_ config: JSONObject, _ names: String...) -> JSON? {
        names.lazy.compactMap { config[$0]?.int64Value }.first { $0 > 0 }.map { .integer($0) }
    }

    /// What Gemini's clients can call of a model, by the contract's number for its type.
    private static func methods(mode: Int64) -> [String] {
        switch mode {
        case 3: ["embedContent", "batchEmbedContents"]
        // Unknown, chat completions, completions, messages, responses, generateContent and its speech and pictures.
        case 0, 1, 2, 12, 16, 21, 29, 30: ["generateContent", "streamGenerateContent", "countTokens"]
        default: []
        }
    }
}

extension RelayError {
    /// A model that a caller can't use, with those that it can.
    public static func unknownModel(_ name: String, _ snapshot: Snapshot, for caller: Caller) -> RelayError {
        let usable = snapshot.models(for: caller).map(\.config.model)
        let listed = usable.prefix(50).joined(separator: ", ")
        let rest = usable.count > 50 ? " and \(usable.count - 50) more" : ""
        return RelayError(
            .notFound, code: "model_not_found", parameter: "model",
            "the model `\(name.prefix(256))` can't be used: \(snapshot.refusal(ofModel: name, for: caller)). "
                + (usable.isEmpty ? "This key may use no model" : "This key may use: \(listed)\(rest)"))
    }
}

/// Which part of a list of names a client asks for.
struct ModelPage: Equatable {
    var range: Range<Int>
    /// Whether there are names behind it (before it, where the client goes backwards).
    var hasMore: Bool

    /// - Parameter names: in the order of the list.
    /// - Throws: a 400 that names the parameter.
    static func anthropic(_ names: [String], _ query: [String: String]) throws(RelayError) -> ModelPage {
        let limit = try self.size(query, "limit", default: 20, most: 1000, isClamped: false)
        if let before = query["before_id"], !before.isEmpty {
            let end = try self.place(of: before, in: names, "before_id")
            let start = max(end - limit, 0)
            return ModelPage(range: start..<end, hasMore: start > 0)
        }
        var start = 0
        if let after = query["after_id"], !after.isEmpty { start = try self.place(of: after, in: names, "after_id") + 1 }
        let end = min(start + limit, names.count)
        return ModelPage(range: start..<end, hasMore: end < names.count)
    }

    /// - Parameter names: in the order of the list.
    /// - Throws: a 400 that names the parameter.
    static func gemini(_ names: [String], _ query: [String: String]) throws(RelayError) -> ModelPage {
        // More than the greatest size counts as that one, and 0 as none given.
        let size = try self.size(query, "pageSize", default: 50, most: 1000, isClamped: true)
        var start = 0
        if let token = query["pageToken"], !token.isEmpty {
            guard let bytes = Base64URL.decode(token), let last = String(validating: bytes, as: UTF8.self) else {
                throw Member(.null, place: "pageToken").unacceptable("is none that was given")
            }
            // The model may be gone since: what is behind it comes next all the same.
            start = names.firstIndex { $0 > last } ?? names.count
        }
        let end = min(start + size, names.count)
        return ModelPage(range: start..<end, hasMore: end < names.count)
    }

    private static func size(
        _ query: [String: String], _ name: String, default: Int, most: Int, isClamped: Bool
    ) throws(RelayError) -> Int {
        guard let text = query[name], !text.isEmpty else { return `default` }
        guard let size = Int(text) else { throw Member(.null, place: name).wrong("a whole number") }
        if isClamped, size == 0 { return `default` }
        guard size >= 1, isClamped || size <= most else { throw Member(.null, place: name).unacceptable("must be 1 to \(most)") }
        return min(size, most)
    }

    private static func place(of name: String, in names: [String], _ parameter: String) throws(RelayError) -> Int {
        guard let place = names.firstIndex(of: name) else {
            throw Member(.null, place: parameter).unacceptable("is no model that can be used with this key")
        }
        return place
    }
}
