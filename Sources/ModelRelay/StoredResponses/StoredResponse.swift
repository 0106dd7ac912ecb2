internal import Wire

/// Who a stored response belongs to.
public struct ResponseOwner: Sendable, Hashable {
    public var group: String
    /// The token by which it was made, which alone may read and delete the response, and go on from it; 0 for the operator's own key.
    public var tokenID: Int64

    public init(group: String, tokenID: Int64) {
        self.group = group
        self.tokenID = tokenID
    }
}

/// A response that is kept so that it can be fetched and gone on from.
///
/// It holds what this one exchange added. What came before is at the response that it goes on from, so that a long conversation isn't
/// stored again at every turn.
struct StoredResponse: Sendable, Hashable {
    var id: String
    var owner: ResponseOwner
    /// The channel whose upstream keeps the response too, under the same id; nil where only this store does.
    var channelID: Int64?
    /// The response that it goes on from.
    var previousID: String?
    /// The items of the request, as the client wrote them; a text is a message.
    var input: [JSON]
    /// The response object as the client got it.
    var response: JSON
    /// Milliseconds since 1970.
    var createdAt: Int64
    /// Milliseconds since 1970.
    var expiresAt: Int64

    var output: [JSON] { self.response["output"]?.arrayValue ?? [] }

    var status: String { self.response["status"]?.stringValue ?? "completed" }

    /// Whether the client asked for it to be made while nobody waits.
    var isBackground: Bool { self.response["background"]?.boolValue ?? false }

    /// Whether it is still being made.
    var isUnfinished: Bool { self.status == "queued" || self.status == "in_progress" }
}

extension StoredResponse {
    private static let version: Int64 = 1
    /// A client's request nests as deep as requests may; the record lies around it.
    private static let limits = JSONLimits(maximumDepth: JSONLimits.standard.maximumDepth + 8)

    /// The record's text.
    func encoded() -> [UInt8] {
        let json: JSON = [
            "version": .integer(Self.version), "id": .string(self.id), "group": .string(self.owner.group),
            "token": .integer(self.owner.tokenID), "channel": self.channelID.map { .integer($0) } ?? .null,
            "previous": self.previousID.map { .string($0) } ?? .null, "input": .array(self.input), "response": self.response,
            "created": .integer(self.createdAt), "expires": .integer(self.expiresAt),
        ]
        return json.serializedBytes()
    }

    /// Nil for what isn't such a record, or one of another version.
    init?(encoded bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes, limits: Self.limits), json["version"]?.int64Value == Self.version,
            let id = json["id"]?.stringValue, let group = json["group"]?.stringValue, let token = json["token"]?.int64Value,
            let input = json["input"]?.arrayValue, let response = json["response"], let created = json["created"]?.int64Value,
            let expires = json["expires"]?.int64Value
        else { return nil }
        self.init(
            id: id, owner: ResponseOwner(group: group, tokenID: token), channelID: json["channel"]?.int64Value,
            previousID: json["previous"]?.stringValue, input: input, response: response, createdAt: created, expiresAt: expires)
    }
}
