import Ledger
import NIOCore
import NIOHTTP1
import Synchronization
import Wire

@testable import ModelRelay

/// What clients got and what was recorded, in the order in which it happened.
final class Timeline: Sendable {
    enum Event: Sendable {
        case head(UInt, HTTPHeaders)
        case body(String)
        case end
        case abort
        /// Something was written to an answer that had ended.
        case late
        case record(CallRecord)
    }

    private let entries = Mutex<[(call: RequestID, event: Event)]>([])

    func add(_ event: Event, of call: RequestID) { self.entries.withLock { $0.append((call, event)) } }

    func events(of call: RequestID) -> [Event] { self.entries.withLock { $0.filter { $0.call == call }.map(\.event) } }

    var records: [CallRecord] {
        self.entries.withLock { $0.compactMap { if case .record(let record) = $0.event { record } else { nil } } }
    }
}

/// The client's side of a call.
final class RecordingSink: AnswerSink {
    private let timeline: Timeline
    private let call: RequestID
    private let done: EventLoopPromise<Void>
    private var hasEnded = false
    var isWritable = true
    /// The call that it belongs to, once it was started.
    weak var running: (any RelayCall)?
    private(set) var unflushed = 0
    /// Called at each part, after it was noted.
    var onBody: ((String) -> Void)?

    init(_ timeline: Timeline, call: RequestID, done: EventLoopPromise<Void>) {
        self.timeline = timeline
        self.call = call
        self.done = done
    }

    // The answer of a client that left has no end.
    deinit { self.done.succeed(()) }

    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) { self.add(.head(status.code, headers)) }

    func body(_ part: ByteBuffer) {
        let text = String(buffer: part)
        self.unflushed += 1
        self.add(.body(text))
        self.onBody?(text)
    }

    func flush() { self.unflushed = 0 }

    func end() {
        self.add(.end)
        self.finish()
    }

    func abort() {
        self.add(.abort)
        self.finish()
    }

    private func add(_ event: Timeline.Event) { self.timeline.add(self.hasEnded ? .late : event, of: self.call) }

    private func finish() {
        self.hasEnded = true
        self.unflushed = 0
        self.done.succeed(())
    }
}

/// Keeps records, up to a number of them.
final class RecordingJournal: CallJournal {
    private let timeline: Timeline
    private let room: Mutex<Int>
    private let claimsRoom: Bool

    /// - Parameter claimsRoom: whether it says that it has room even where it has none.
    init(_ timeline: Timeline, room: Int, claimsRoom: Bool) {
        self.timeline = timeline
        self.room = Mutex(room)
        self.claimsRoom = claimsRoom
    }

    func append(_ record: CallRecord, lane: Int) -> Bool {
        let hasRoom = self.room.withLock { room in
            room -= 1
            return room >= 0
        }
        if hasRoom { self.timeline.add(.record(record), of: record.requestID) }
        return hasRoom
    }

    func hasRoom(lane: Int) -> Bool { self.claimsRoom || self.room.withLock { $0 > 0 } }
}
