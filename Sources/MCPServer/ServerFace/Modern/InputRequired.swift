import Wire

/// What a call needs of a modern client before it can end.
struct InputRequired: Sendable {
    let asks: [PendingAsk]
    /// With what the answers come back; nil: nothing was kept, and a repeated call starts anew.
    let state: String?

    /// The `input_required` result.
    func result(_ identity: Implementation) -> RawObject {
        var result: JSONObject = ["resultType": "input_required"]
        if !asks.isEmpty { result["inputRequests"] = .object(Self.requests(asks)) }
        if let state { result["requestState"] = .string(state) }
        ResultCodec.addEnvelope(to: &result, hint: nil, identity)
        return RawObject(result)
    }

    /// Method and parameters under each key. What belongs to the request it was asked by stays behind.
    private static func requests(_ asks: [PendingAsk]) -> JSONObject {
        var requests = JSONObject()
        for pending in asks {
            var entry: JSONObject = ["method": .string(pending.ask.method)]
            if var params = pending.ask.params?.object {
                params.removeFromMeta(ProtocolKey.ofRequests)
                for member in ["task", "elicitationId"] where params.contains(member) { params[member] = nil }
                entry["params"] = .object(params)
            }
            requests[pending.key.name] = .object(entry)
        }
        return requests
    }
}
