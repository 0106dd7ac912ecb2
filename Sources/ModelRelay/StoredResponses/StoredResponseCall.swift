internal import NIOHTTP1
internal import Wire

/// What is asked of a stored response, as a request's method, path and query say it.
enum StoredResponseCall: Sendable, Hashable {
    /// `GET /v1/responses/{id}`
    case get(String)
    /// `GET /v1/responses/{id}?stream=true`, with the number of the last event that the client has.
    case stream(String, startingAfter: Int?)
    /// `DELETE /v1/responses/{id}`
    case delete(String)
    /// `POST /v1/responses/{id}/cancel`
    case cancel(String)
    /// `GET /v1/responses/{id}/input_items`
    case inputItems(String, InputItemPage)

    /// - Parameters:
    ///   - path: what follows `/v1/responses/`, decoded: an id, perhaps with one word behind it.
    ///   - query: its names and values, decoded, in order.
    /// - Throws: a 400 for a value that can't be. `include` is taken and changes nothing: whatever is stored is told.
    /// - Returns: nil where there is no such endpoint.
    static func read(_ method: HTTPMethod, path: [String], query: [(String, String)]) throws(RelayError) -> StoredResponseCall? {
        guard let id = path.first, !id.isEmpty else { return nil }
        switch (method, path.count, path.dropFirst().first) {
        case (.GET, 1, _):
            guard try self.flag("stream", in: query) else { return .get(id) }
            return .stream(id, startingAfter: try self.number("starting_after", in: query, 0...Int.max))
        case (.DELETE, 1, _): return .delete(id)
        case (.POST, 2, "cancel"): return .cancel(id)
        case (.GET, 2, "input_items"):
            var page = InputItemPage()
            page.limit = try self.number("limit", in: query, 1...InputItemPage.greatestLimit) ?? page.limit
            page.after = query.last { $0.0 == "after" }?.1
            switch query.last(where: { $0.0 == "order" })?.1 {
            case nil, "desc": break
            case "asc": page.isAscending = true
            default: throw RelayError(.badRequest, parameter: "order", "`order` must be `asc` or `desc`")
            }
            return .inputItems(id, page)
        default: return nil
        }
    }

    private static func flag(_ name: String, in query: [(String, String)]) throws(RelayError) -> Bool {
        switch query.last(where: { $0.0 == name })?.1 {
        case nil, "false", "0": return false
        case "true", "1": return true
        default: throw RelayError(.badRequest, parameter: name, "`\(name)` must be `true` or `false`")
        }
    }

    private static func number(
        _ name: String, in query: [(String, String)], _ range: ClosedRange<Int>
    ) throws(RelayError) -> Int? {
        guard let text = query.last(where: { $0.0 == name })?.1 else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw RelayError(
                .badRequest, parameter: name,
                range.upperBound == .max
                    ? "`\(name)` must be a number from \(range.lowerBound)"
                    : "`\(name)` must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}

/// What is answered, always with status 200.
struct StoredResponseAnswer: Sendable, Hashable {
    var body: [UInt8]
    /// Whether it is a stream of events rather than JSON.
    var isStream = false
    /// The channel whose upstream keeps the response too: what was done here is to be done there.
    var channelID: Int64?
}

extension ResponseStore {
    /// - Throws: what the client is to be told.
    @concurrent
    func answer(_ call: StoredResponseCall, owner: ResponseOwner) async throws(RelayError) -> StoredResponseAnswer {
        switch call {
        case .get(let id):
            let stored = try await self.response(id: id, owner: owner)
            return StoredResponseAnswer(body: stored.response.serializedBytes(), channelID: stored.channelID)
        case .stream(let id, let number):
            let stored = try await self.response(id: id, owner: owner)
            return StoredResponseAnswer(body: try stored.replayed(after: number), isStream: true, channelID: stored.channelID)
        case .delete(let id):
            let stored = try await self.delete(id: id, owner: owner)
            let body: JSON = ["id": .string(id), "object": "response", "deleted": true]
            return StoredResponseAnswer(body: body.serializedBytes(), channelID: stored.channelID)
        case .cancel(let id):
            let stored = try await self.cancel(id: id, owner: owner)
            return StoredResponseAnswer(body: stored.response.serializedBytes(), channelID: stored.channelID)
        case .inputItems(let id, let page):
            let list = try await self.inputItems(id: id, owner: owner, page: page)
            return StoredResponseAnswer(body: list.serializedBytes())
        }
    }
}

extension StoredResponse {
    /// The events of a stream that tells the finished response again.
    ///
    /// They are fewer than when it was made: each text is one piece. So their numbers are others, and a client that has seen up to `number`
    /// of the first telling gets what lies behind in this one, the last event in any case, which holds everything.
    /// - Throws: a 400 where it isn't finished, or ended in a way that has no stream.
    func replayed(after number: Int?) throws(RelayError) -> [UInt8] {
        guard !self.isUnfinished, let answer = try? ResponsesCodec.answer(self.response) else {
            throw RelayError(
                .badRequest, parameter: "stream", "the response '\(self.id)' is \(self.status) and can't be streamed")
        }
        // The response repeats its request by the same names.
        let reply = ReplyContext(
            model: answer.model, requestID: String(self.id.dropFirst("resp_".count)), now: answer.createdAt,
            request: self.response)
        var encoder = ResponsesCodec.streamEncoder(for: reply)
        var bytes: [UInt8] = []
        var count = 0
        for event in answer.events() {
            var told: [UInt8] = []
            encoder.write(event, to: &told)
            for frame in told.frames() {
                if count > number ?? -1 || event == .ended { bytes += frame }
                count += 1
            }
        }
        return bytes
    }
}

extension [UInt8] {
    /// Whole events, each with the empty line behind it.
    func frames() -> [ArraySlice<UInt8>] {
        var result: [ArraySlice<UInt8>] = []
        var start = self.startIndex
        var index = self.startIndex
        while index + 1 < self.endIndex {
            if self[index] == UInt8(ascii: "\n"), self[index + 1] == UInt8(ascii: "\n") {
                result.append(self[start..<index + 2])
                start = index + 2
                index += 1
            }
            index += 1
        }
        return result
    }
}
