import Synchronization
import Wire

/// What stdio and HTTP+SSE have in common: one stream on which everything arrives.
final class SharedStream: Sendable {
    let pending: PendingAnswers
    private let limits: JSONLimits
    private let skippedCount = Mutex(0)
    private let receiver: Mutex<@Sendable () -> (any LinkReceiver)?>

    init(limits: UpstreamLimits, receiver: @escaping @Sendable () -> (any LinkReceiver)?) {
        pending = PendingAnswers(limits: limits)
        self.limits = JSONLimits(maximumBytes: limits.maximumMessageBytes)
        self.receiver = Mutex(receiver)
    }

    /// From now on messages go elsewhere.
    func redirect(to receiver: @escaping @Sendable () -> (any LinkReceiver)?) { self.receiver.withLock { $0 = receiver } }

    private var target: (any LinkReceiver)? { receiver.withLock { $0 }() }

    /// How many messages were no JSON-RPC.
    var skipped: Int { skippedCount.withLock { $0 } }

    /// Something came that is no message.
    func skip() { skippedCount.withLock { $0 += 1 } }

    /// A text came: an answer goes to who waits for it, all else to the receiver.
    func take(_ text: [UInt8]) {
        guard let messages = try? IncomingMessage.read(text, limits: limits) else { return skip() }
        for message in messages {
            guard message.isAnswer else {
                target?.received(message, for: nil)
                continue
            }
            // An answer that nobody waits for is late, or to nothing: dropped.
            if let id = message.answeredID, let answer = LinkAnswer(message) { pending.settle(id, .success(answer)) }
        }
    }

    /// The stream is over.
    func end(_ fault: LinkFault) {
        pending.end(fault)
        target?.ended(fault)
    }
}
