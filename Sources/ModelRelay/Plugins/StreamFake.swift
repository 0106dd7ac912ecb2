internal import Wire

/// `stream-fake`: the channel is asked for a stream though the client wants the answer whole, and the answer is put together here.
///
/// A model that thinks for long would otherwise run into the time-outs of what stands between here and there: in a stream no silence is
/// longer than the model takes for a token.
struct StreamFake: ConversationPlugin {
    static let name = "stream-fake"

    init(settings: JSONObject) {}

    var streamsUpstream: Bool { true }
}
