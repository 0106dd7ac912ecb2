internal import Logging

/// Sets up swift-log for the process.
public enum LoggingSetup {
    /// The name under which a request's id stands in metadata.
    public static let requestIDKey = "request_id"

    /// Makes every logger of the process write lines as configured. To be called once, before the first logger is made;
    /// libraries that ask for a logger earlier get swift-log's own.
    public static func bootstrap(_ console: Configuration.Console, sink: LogSink = .standardError) {
        let level = Logger.Level(console.level)
        let format = console.format
        LoggingSystem.bootstrap(
            { label, provider in
                LineLogHandler(label: label, format: format, level: level, sink: sink, metadataProvider: provider)
            }, metadataProvider: nil)
    }
}

extension Logger.Level {
    init(_ level: Configuration.LogLevel) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}
