internal import Directory
internal import NIOCore
internal import Wire

/// Which plugins there are, and in which order.
struct Plugins: Sendable {
    /// The request passes them from first to last, the answer from last to first.
    var all: [any RelayPlugin.Type]

    /// Those that the relay has.
    static let standard = Plugins(all: [StreamFake.self, ThinkSplit.self])

    /// Those that are switched on for a call.
    func active(for model: ServedModel) -> ActivePlugins {
        let settings = Self.settings(of: model)
        // The common case, and the fast one.
        guard !settings.isEmpty else { return ActivePlugins() }
        var active = ActivePlugins()
        for type in self.all {
            guard let own = settings[type.name]?.objectValue, own["enable"]?.boolValue == true else { continue }
            switch type.init(settings: own) {
            case let plugin as any ConversationPlugin: active.conversation.append(plugin)
            case let plugin as any BytesPlugin: active.bytes.append(plugin)
            default: break
            }
        }
        return active
    }

    /// What is said of plugins for a call: the one place where a group's own settings would come before the model's.
    private static func settings(of model: ServedModel) -> JSONObject { model.config.plugin }
}

/// The plugins of one call, as they are before its answer.
struct ActivePlugins: Sendable {
    var conversation: [any ConversationPlugin] = []
    var bytes: [any BytesPlugin] = []

    var isEmpty: Bool { self.conversation.isEmpty && self.bytes.isEmpty }

    /// Whether the channel is asked for a stream although the client wants the answer whole.
    var streamsUpstream: Bool { self.conversation.contains { $0.streamsUpstream } }

    func change(_ conversation: inout Conversation) throws(RelayError) {
        for plugin in self.conversation { try plugin.change(&conversation) }
    }

    func change(_ body: ByteBuffer, _ format: WireFormat) throws(RelayError) -> ByteBuffer {
        var body = body
        for plugin in self.bytes { body = try plugin.change(body, format) }
        return body
    }

    /// What is told to the client in place of those events.
    mutating func pass(_ events: [AnswerEvent]) -> [AnswerEvent] {
        var events = events
        for index in self.conversation.indices.reversed() {
            var output: [AnswerEvent] = []
            output.reserveCapacity(events.count)
            for event in events { self.conversation[index].pass(event, into: &output) }
            events = output
        }
        return events
    }

    /// What is told to the client in place of a whole answer.
    mutating func pass(_ answer: Answer) -> Answer {
        guard !self.conversation.isEmpty else { return answer }
        var collector = AnswerCollector()
        for event in self.pass(answer.events()) { collector.take(event) }
        return collector.answer
    }

    mutating func pass(_ part: ByteBuffer, _ format: WireFormat) -> ByteBuffer {
        var part = part
        for index in self.bytes.indices.reversed() { part = self.bytes[index].pass(part, format) }
        return part
    }
}
