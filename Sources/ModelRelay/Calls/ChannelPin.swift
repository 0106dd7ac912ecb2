internal import Directory
internal import NIOHTTP1

/// The operator's own group may name the channel that is to answer, a disabled one too; of everybody else the header says nothing.
enum ChannelPin {
    static let header = "Aiproxy-Channel"

    /// - Returns: nil where none is named.
    static func channel(of request: RelayRequest) throws(RelayError) -> ServedChannel? {
        guard request.caller.isInternal, let text = request.head.headers.first(name: Self.header) else { return nil }
        guard let id = Int64(text) else {
            throw RelayError(
                .badRequest, code: "invalid_channel", parameter: Self.header, "`\(Self.header)` must be the id of a channel")
        }
        guard let channel = request.snapshot.channel(id: id) else {
            throw RelayError(
                .notFound, code: "channel_not_found", parameter: Self.header, "there is no channel \(id)")
        }
        return channel
    }

    static func unknownModel(_ name: String, at pinned: ServedChannel) -> RelayError {
        RelayError(
            .notFound, code: "model_not_found", parameter: "model",
            "the model `\(name)` is not one that channel \(pinned.channel.id) lists and that has a configuration")
    }
}
