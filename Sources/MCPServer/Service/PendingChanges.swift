import Wire

/// Changes that wait to be told: one of each kind, resource and task, in the order in which they were first seen, and not more than a
/// limit.
///
/// A second change of the same thing before the first was told says nothing new; of a task the latest state counts.
struct PendingChanges: Sendable {
    private enum Subject: Hashable, Sendable {
        case tools, prompts, resources
        // As bytes: two spellings that Unicode takes for one are two URIs.
        case resource([UInt8])
        case task([UInt8])

        var isList: Bool {
            switch self {
            case .tools, .prompts, .resources: true
            case .resource, .task: false
            }
        }
    }

    private let limit: Int
    private var order: [Subject] = []
    private var newest: [Subject: Change] = [:]

    /// None; so many at most, but never fewer than four.
    init(limit: Int) { self.limit = max(4, limit) }

    var isEmpty: Bool { order.isEmpty }
    var isFull: Bool { order.count >= limit }

    /// Adds a change; where there is no room, the oldest of a resource or task goes.
    mutating func add(_ change: Change) {
        let subject: Subject =
            switch change {
            case .toolsListChanged: .tools
            case .promptsListChanged: .prompts
            case .resourcesListChanged: .resources
            case .resourceUpdated(let params): .resource(Array((params["uri"]?.stringValue ?? "").utf8))
            case .task(let params): .task(Array((params["taskId"]?.stringValue ?? "").utf8))
            }
        guard newest.updateValue(change, forKey: subject) == nil else { return }
        // The changes of lists are three at most.
        if isFull, let place = order.firstIndex(where: { !$0.isList }) { newest[order.remove(at: place)] = nil }
        order.append(subject)
    }

    /// Takes out the oldest.
    mutating func takeFirst() -> Change? { order.isEmpty ? nil : newest.removeValue(forKey: order.removeFirst()) }

    /// Everything that waits; nothing does afterwards.
    mutating func takeAll() -> [Change] {
        defer { self = PendingChanges(limit: limit) }
        return order.compactMap { newest[$0] }
    }
}
