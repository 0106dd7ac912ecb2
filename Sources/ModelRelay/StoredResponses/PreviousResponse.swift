internal import Wire

/// What a follow-up goes on from.
struct PreviousResponse: Sendable, Hashable {
    /// The channel whose upstream knows the conversation so far by the response's id; a follow-up that goes there is passed on as it is.
    var channelID: Int64?
    /// All items so far, of requests and responses, in order: the context for an upstream that doesn't know the response.
    var items: [JSON]

    /// The follow-up as a request that says everything itself.
    /// - Parameter request: the client's, an object.
    func expanded(_ request: JSON) -> JSON {
        guard var object = request.objectValue else { return request }
        let known = Set(self.items.compactMap { $0["id"]?.stringValue })
        // What is only named stands in the context already.
        let new = ResponseExchange.items(of: request).filter { item in
            guard item["type"]?.stringValue ?? "item_reference" == "item_reference", item["role"] == nil,
                let id = item["id"]?.stringValue
            else { return true }
            return !known.contains(id)
        }
        object["input"] = .array(self.items + new)
        object["previous_response_id"] = nil
        return .object(object)
    }

    /// The items of one response and of the request for it, as another upstream can take them.
    ///
    /// Thoughts that only their provider's store holds mean nothing elsewhere.
    static func items(of stored: StoredResponse) -> [JSON] {
        (stored.input + stored.output).filter { item in
            guard item["type"]?.stringValue == "reasoning" else { return true }
            return item["encrypted_content"]?.stringValue != nil || item["content"]?.arrayValue?.isEmpty == false
        }
    }
}
