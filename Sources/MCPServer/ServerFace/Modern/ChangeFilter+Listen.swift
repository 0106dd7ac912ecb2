import Wire

/// The filter of `subscriptions/listen` on the wire.
extension ChangeFilter {
    /// The most URIs, and the most task ids, of one subscription.
    static let maximumEntries = 1024
    private static let maximumEntryBytes = 16 << 10

    /// The filter in the parameters of a request. Kinds that this code does not know are not honoured.
    /// - Throws: `invalidParams` that names the member.
    init(listening params: JSONObject?) throws(MCPError) {
        self.init()
        guard let filter = params?["notifications"]?.objectValue else {
            throw .invalidParams("params.notifications must be an object")
        }
        toolsListChanged = try Self.flag("toolsListChanged", filter)
        promptsListChanged = try Self.flag("promptsListChanged", filter)
        resourcesListChanged = try Self.flag("resourcesListChanged", filter)
        resourceSubscriptions = try Self.texts("resourceSubscriptions", filter)
        taskIDs = try Self.texts("taskIds", filter)
    }

    private static func flag(_ name: String, _ filter: JSONObject) throws(MCPError) -> Bool {
        guard let value = filter[name] else { return false }
        guard let flag = value.boolValue else { throw .invalidParams("params.notifications.\(name) must be a boolean") }
        return flag
    }

    private static func texts(_ name: String, _ filter: JSONObject) throws(MCPError) -> [String] {
        guard let value = filter[name] else { return [] }
        guard let elements = value.arrayValue, elements.count <= maximumEntries else {
            throw .invalidParams("params.notifications.\(name) must be an array of at most \(maximumEntries) strings")
        }
        var texts: [String] = []
        for (index, element) in elements.enumerated() {
            guard let text = element.stringValue, text.utf8.count <= maximumEntryBytes else {
                throw .invalidParams(
                    "params.notifications.\(name)[\(index)] must be a string of at most \(maximumEntryBytes) bytes")
            }
            texts.append(text)
        }
        return texts
    }

    /// The filter as a client reads it: only what is in it.
    var json: JSONObject {
        var json = JSONObject()
        if toolsListChanged { json["toolsListChanged"] = true }
        if promptsListChanged { json["promptsListChanged"] = true }
        if resourcesListChanged { json["resourcesListChanged"] = true }
        if !resourceSubscriptions.isEmpty { json["resourceSubscriptions"] = .array(resourceSubscriptions.map { .string($0) }) }
        if !taskIDs.isEmpty { json["taskIds"] = .array(taskIDs.map { .string($0) }) }
        return json
    }

    /// What of this was asked for: a server must not send what was not.
    func limited(to wanted: ChangeFilter) -> ChangeFilter {
        var filter = ChangeFilter()
        filter.toolsListChanged = toolsListChanged && wanted.toolsListChanged
        filter.promptsListChanged = promptsListChanged && wanted.promptsListChanged
        filter.resourcesListChanged = resourcesListChanged && wanted.resourcesListChanged
        let (uris, tasks) = (Set(resourceSubscriptions), Set(taskIDs))
        filter.resourceSubscriptions = wanted.resourceSubscriptions.filter(uris.contains)
        filter.taskIDs = wanted.taskIDs.filter(tasks.contains)
        return filter
    }

    /// Whether a change is of a kind that was asked for. Which resource a change belongs to is the service's to know: it
    /// may be a part of one that was subscribed to.
    func wants(_ change: Change) -> Bool {
        switch change {
        case .toolsListChanged: toolsListChanged
        case .promptsListChanged: promptsListChanged
        case .resourcesListChanged: resourcesListChanged
        case .resourceUpdated: !resourceSubscriptions.isEmpty
        case .task(let params): params["taskId"]?.stringValue.map(taskIDs.contains) ?? false
        }
    }
}
