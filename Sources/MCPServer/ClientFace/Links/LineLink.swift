import Outbound
import Synchronization
import Wire

/// stdio: one message a line, everything on one channel.
final class LineLink: UpstreamLink {
    private let channel: any LineChannel
    private let shared: SharedStream
    private let reading = Mutex<Task<Void, Never>?>(nil)

    /// Starts to read the channel.
    init(
        _ channel: any LineChannel, limits: UpstreamLimits, receiver: @escaping @Sendable () -> (any LinkReceiver)?
    ) {
        self.channel = channel
        let shared = SharedStream(limits: limits, receiver: receiver)
        self.shared = shared
        // Ends with the channel, which `close` closes.
        let task = Task { await Self.read(channel, into: shared) }
        reading.withLock { $0 = task }
    }

    private static func read(_ channel: any LineChannel, into shared: SharedStream) async {
        while true {
            do throws(OutboundError) {
                guard let line = try await channel.next() else { break }
                // Blank lines are no messages, but no fault either.
                if line.contains(where: { $0 > 0x20 }) { shared.take(line) }
            } catch {
                guard error.code == .tooLarge else { break }
                shared.skip()
            }
        }
        shared.end(LinkFault(.broken, "The upstream's process has ended"))
        await channel.close()
    }

    var skipped: Int { shared.skipped }

    /// Whether the other side is gone.
    var hasEnded: Bool { shared.pending.ending != nil }

    /// From now on messages go to another owner: the process that was asked for its era goes on with a session.
    func redirect(to receiver: @escaping @Sendable () -> (any LinkReceiver)?) { shared.redirect(to: receiver) }

    func exchange(_ request: LinkRequest, for call: UpstreamCall?) async throws(LinkFault) -> LinkAnswer {
        try await shared.pending.answer(to: request) { () async throws(LinkFault) in try await send(request.body) }
    }

    func send(_ message: [UInt8]) async throws(LinkFault) {
        do {
            try await channel.send(SingleLine.text(message))
        } catch {
            switch error.code {
            case .cancelled: throw LinkFault(.cancelled, "The call was cancelled")
            case .tooLarge: throw LinkFault(.tooLarge, "The message is too large for the upstream")
            // A line that was not written whole is no message.
            default: throw LinkFault(.notTaken, "The upstream's process has ended")
            }
        }
    }

    func established(_ revision: Revision) {}

    func startListening() {}

    func hasOwnStream() async -> Bool { true }

    func expire(now: ContinuousClock.Instant) { shared.pending.expire(now: now) }

    func close() async {
        shared.pending.end(LinkFault(.broken, "The connection to the upstream was closed"))
        await channel.close()
        let task = reading.withLock { $0 }
        task?.cancel()
    }
}
