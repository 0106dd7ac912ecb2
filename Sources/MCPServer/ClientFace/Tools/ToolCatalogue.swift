import Synchronization
import Wire

/// What is known of an upstream's tools: what calling them needs beyond their names.
final class ToolCatalogue: Sendable {
    /// A tool as far as it matters here.
    struct Entry: Sendable {
        let inputSchema: JSONObject
        /// nil: the schema asks for headers that can't be.
        let headers: HeaderRules?
        /// The upstream says that calling twice does no more than calling once.
        let isRepeatable: Bool

        init?(_ tool: JSON) {
            guard let schema = tool["inputSchema"]?.objectValue else { return nil }
            inputSchema = schema
            headers = HeaderRules(schema: schema)
            let hints = tool["annotations"]
            isRepeatable = hints?["readOnlyHint"]?.boolValue == true || hints?["idempotentHint"]?.boolValue == true
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// When the whole list was last read; nil: never, or it has changed since.
        var complete: ContinuousClock.Instant?
        /// Whether what is known may be wrong.
        var isStale = true
    }

    private let maximumCount: Int
    private let state = Mutex(State())

    init(maximumCount: Int) { self.maximumCount = maximumCount }

    /// A tool, where it is known.
    subscript(name: String) -> Entry? { state.withLock { $0.entries[name] } }

    /// Whether the whole list was read since an instant, and has not changed.
    func isComplete(since instant: ContinuousClock.Instant) -> Bool {
        state.withLock { $0.complete.map { $0 > instant } ?? false }
    }

    /// A tool, where it is known and nothing says that it has changed.
    func current(_ name: String) -> Entry? { state.withLock { $0.isStale ? nil : $0.entries[name] } }

    /// The list has changed, or what was known has turned out wrong. Entries stay until better ones come.
    func invalidate() {
        state.withLock { state in
            state.complete = nil
            state.isStale = true
        }
    }

    /// The list could not be read; that is not tried again at once.
    func noteFailure(now: ContinuousClock.Instant) {
        state.withLock { state in
            state.complete = now
            state.isStale = false
        }
    }

    /// A page of the list went by.
    func learn(_ tools: [JSON]) {
        let read = tools.compactMap { tool -> (String, Entry)? in
            guard let name = tool["name"]?.stringValue, let entry = Entry(tool) else { return nil }
            return (name, entry)
        }
        state.withLock { state in
            for (name, entry) in read where state.entries[name] != nil || state.entries.count < maximumCount {
                state.entries[name] = entry
            }
        }
    }

    /// The whole list was read: nothing else exists.
    func replace(_ tools: [JSON], now: ContinuousClock.Instant) {
        state.withLock { $0.entries = [:] }
        learn(tools)
        state.withLock { state in
            state.complete = now
            state.isStale = false
        }
    }
}
