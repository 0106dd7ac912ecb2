public import Logging
public import Wire

/// A handler of swift-log that writes each event as one line of JSON or text.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: Configuration.Console.Format
    private let sink: LogSink
    private let clock: WallClock

    /// A handler for the logger called `label`.
    public init(
        label: String, format: Configuration.Console.Format, level: Logger.Level, sink: LogSink = .standardError,
        clock: WallClock = .system, metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.format = format
        logLevel = level
        self.sink = sink
        self.clock = clock
        self.metadataProvider = metadataProvider
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var members = metadata
        if let provided = metadataProvider?.get(), !provided.isEmpty { members.merge(provided) { _, new in new } }
        if let own = event.metadata, !own.isEmpty { members.merge(own) { _, new in new } }
        if let error = event.error { members["error"] = .string("\(error)") }
        let now = clock.nowMilliseconds()
        let render = format == .json ? LogLine.json : LogLine.text
        sink.write(render(now, event.level, label, event.message.description, members))
    }
}
