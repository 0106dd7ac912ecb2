/// The events of one stream, kept so that a client whose connection broke can have those that it missed.
///
/// A value without a clock. Bounded in number, bytes and age: the oldest go first.
struct EventLog: Sendable {
    /// How much is kept of one stream.
    struct Limits: Sendable, Hashable {
        var count = 256
        var bytes = 1 << 20
        var age = Duration.seconds(300)
    }

    private struct Event: Sendable {
        let bytes: [UInt8]
        let time: ContinuousClock.Instant
    }

    let limits: Limits
    private var events: [Event] = []
    /// The number of the first event kept.
    private var first = 1
    /// The bytes of all events kept.
    private(set) var bytes = 0

    init(limits: Limits = Limits()) { self.limits = limits }

    /// Nothing is kept.
    var isEmpty: Bool { events.isEmpty }

    /// The number that the next event gets. The first is 1.
    var next: Int { first + events.count }

    /// Keeps an event as it stands on the wire.
    mutating func append(_ event: [UInt8], at now: ContinuousClock.Instant) {
        events.append(Event(bytes: event, time: now))
        bytes += event.count
        prune(at: now)
    }

    /// The events behind that number; those that are no longer kept are missing.
    func events(after number: Int) -> [[UInt8]] {
        // Written so that no number, which a client chose, can overflow.
        let skipped = number < first ? 0 : min(number - first + 1, events.count)
        return events.dropFirst(skipped).map(\.bytes)
    }

    /// Lets go of what is too old or too much.
    mutating func prune(at now: ContinuousClock.Instant) {
        var dropped = 0
        while dropped < events.count,
            events.count - dropped > limits.count || bytes > limits.bytes
                || events[dropped].time.duration(to: now) >= limits.age
        {
            bytes -= events[dropped].bytes.count
            dropped += 1
        }
        guard dropped > 0 else { return }
        events.removeFirst(dropped)
        first += dropped
    }

    /// Lets go of everything.
    mutating func clear() {
        first = next
        events = []
        bytes = 0
    }
}
