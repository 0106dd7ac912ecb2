internal import Logging
internal import ModelRelay

extension HealthNotice {
    /// Tells the operator by the server's own log.
    func log(to logger: Logger) {
        var metadata: Logger.Metadata = [
            "channel": "\(self.channelID)", "model": "\(self.model)", "error_rate": "\((self.errorRate * 1000).rounded() / 1000)",
        ]
        switch self.kind {
        case .warned: logger.warning("a channel fails often", metadata: metadata)
        case .notPermitted:
            logger.warning("a channel was refused by its upstream: see its key, its account, its models", metadata: metadata)
        case .banned(let reason, let until):
            metadata["reason"] = "\(reason.rawValue)"
            metadata["until"] = "\(Timestamp.text(milliseconds: until))"
            logger.warning("a channel is banned", metadata: metadata)
        case .trialFailed(let until):
            metadata["until"] = "\(Timestamp.text(milliseconds: until))"
            logger.warning("a banned channel failed its trial", metadata: metadata)
        case .recovered: logger.notice("a channel serves again", metadata: metadata)
        }
    }
}
