import Wire

/// A call on its way through an upstream, with the client behind it.
final class UpstreamCall: Sendable {
    /// The id of its request to the upstream.
    let id: Int
    let context: any CallContext

    init(id: Int, context: any CallContext) {
        self.id = id
        self.context = context
    }

    /// Hands on a log entry that the client wants.
    func log(_ params: RawObject) {
        guard let level = params["level"]?.stringValue.flatMap(LogLevel.init(rawValue:)),
            let wanted = context.client.logLevel, level >= wanted
        else { return }
        context.log(LogEntry(level, logger: params["logger"]?.stringValue, data: params["data"] ?? .null))
    }

    /// Hands on a report of progress.
    func progress(_ params: RawObject, value: Double) {
        context.progress(
            Progress(value, of: params["total"]?.doubleValue, message: params["message"]?.stringValue))
    }
}
