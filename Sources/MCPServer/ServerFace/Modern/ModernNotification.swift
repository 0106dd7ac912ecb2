import Wire

/// The notifications of 2026-07-28 that a server sends, as serialised messages.
enum ModernNotification {
    /// nil for numbers that JSON has not.
    static func progress(_ progress: Progress, token: JSON) -> [UInt8]? {
        guard let value = number(progress.value) else { return nil }
        var params: JSONObject = ["progressToken": token, "progress": .number(value)]
        if let total = progress.total.flatMap(number) { params["total"] = .number(total) }
        if let message = progress.message { params["message"] = .string(message) }
        return message("notifications/progress", params)
    }

    static func log(_ entry: LogEntry) -> [UInt8] {
        var params: JSONObject = ["level": .string(entry.level.rawValue), "data": entry.data]
        if let logger = entry.logger { params["logger"] = .string(logger) }
        return message("notifications/message", params)
    }

    /// What will be delivered to a subscription; always its first message.
    static func acknowledged(_ honoured: ChangeFilter, subscription: MessageID) -> [UInt8] {
        message("notifications/subscriptions/acknowledged", ["notifications": .object(honoured.json)], subscription)
    }

    static func change(_ change: Change, subscription: MessageID) -> [UInt8] {
        switch change {
        case .toolsListChanged: message("notifications/tools/list_changed", [:], subscription)
        case .promptsListChanged: message("notifications/prompts/list_changed", [:], subscription)
        case .resourcesListChanged: message("notifications/resources/list_changed", [:], subscription)
        case .resourceUpdated(let params): message("notifications/resources/updated", params.object, subscription)
        case .task(let params): message("notifications/tasks", params.object, subscription)
        }
    }

    /// The end of a subscription by the server, on stdio only: nothing else is cancelled by a server of this revision.
    static func cancelled(_ request: MessageID) -> [UInt8] {
        message("notifications/cancelled", ["requestId": request.json])
    }

    /// Whole numbers without a fraction: a step count is 3, not 3.0.
    private static func number(_ value: Double) -> JSONNumber? {
        Int64(exactly: value).map { JSONNumber($0) } ?? JSONNumber(value)
    }

    private static func message(_ method: String, _ params: JSONObject, _ subscription: MessageID? = nil) -> [UInt8] {
        var params = params
        if let subscription {
            var meta = params["_meta"]?.objectValue ?? JSONObject()
            meta[ProtocolKey.subscriptionID] = subscription.json
            params["_meta"] = .object(meta)
        }
        return JSON.object(["jsonrpc": "2.0", "method": .string(method), "params": .object(params)]).serializedBytes()
    }
}
