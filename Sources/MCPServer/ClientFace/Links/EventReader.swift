import Outbound
import Wire

/// The events of an HTTP answer, one by one.
struct EventReader: ~Copyable {
    private let response: any WebResponse
    private var parser: SSEParser
    private var ready: [SSEEvent] = []
    private var position = 0
    private var isOver = false

    init(_ response: any WebResponse, maximumBytes: Int) {
        self.response = response
        parser = SSEParser(limits: SSELimits(maximumLineBytes: maximumBytes, maximumEventBytes: maximumBytes))
    }

    /// The id to resume behind; nil where the stream set none.
    var lastEventID: String? { parser.lastEventID.isEmpty ? nil : parser.lastEventID }

    /// How long to wait before a new connection, as the stream said.
    var retry: Duration? { parser.reconnectionMilliseconds.map { .milliseconds($0) } }

    /// The next event, or nil at the end of the stream.
    mutating func next() async throws(OutboundError) -> SSEEvent? {
        while position == ready.count {
            guard !isOver else { return nil }
            ready.removeAll(keepingCapacity: true)
            position = 0
            guard let part = try await response.next() else {
                isOver = true
                // Some servers leave out the blank line behind the last event.
                if let event = parser.finish() { ready.append(event) }
                continue
            }
            try read(part)
        }
        position += 1
        return ready[position - 1]
    }

    private mutating func read(_ part: [UInt8]) throws(OutboundError) {
        var events: [SSEEvent] = []
        let failure: SSEError? = part.withUnsafeBytes { bytes in
            do throws(SSEError) {
                try parser.consume(bytes) { event in events.append(event) }
                return nil
            } catch {
                return error
            }
        }
        ready = events
        if let failure {
            response.cancel()
            throw OutboundError(.tooLarge, failure.description)
        }
    }
}
