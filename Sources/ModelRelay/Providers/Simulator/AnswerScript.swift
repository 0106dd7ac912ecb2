internal import NIOCore
internal import NIOHTTP1
internal import Outbound

/// What a simulated upstream sends, step by step: a state machine that is asked for the next step and knows no clock.
///
/// Bytes are made when they are asked for; an answer without end takes no more memory than one of its parts.
struct AnswerScript: Sendable {
    enum Step: Sendable {
        case wait(TimeAmount)
        case head(HTTPResponseHead)
        /// Never empty.
        case part([UInt8])
        /// The answer is complete, as HTTP has it.
        case end
        case fail(OutboundError)
        /// Nothing more comes, and the connection stays.
        case hang
    }

    enum Body: Sendable {
        case whole([UInt8])
        case parts([[UInt8]])
        case stream(SimulatedStream)
        /// `again` is sent until `left` bytes are, or for ever.
        case endless(start: [UInt8], again: [UInt8], left: Int64?)
    }

    enum Ending: Sendable {
        case end
        case fail(OutboundError)
        case hang
    }

    private enum Place { case delay, head, body, last, ending }

    private var place = Place.delay
    private let head: HTTPResponseHead?
    private var body: Body
    private let delay: TimeAmount
    private let partDelay: TimeAmount
    private var partsLeft: Int?
    private var last: [UInt8]?
    private let ending: Ending
    /// The bytes of a part that are still to come, where they come one by one.
    private var drops: ArraySlice<UInt8>?
    private var isBetweenParts = false

    /// - Parameters:
    ///   - head: nil where it doesn't come to one.
    ///   - delay: before the head.
    ///   - partDelay: between two parts.
    ///   - partCount: parts of the body that are sent; nil = all.
    ///   - last: what follows them.
    ///   - isDripping: whether a part is one byte.
    init(
        head: HTTPResponseHead?, body: Body, delay: TimeAmount = .zero, partDelay: TimeAmount = .zero, partCount: Int? = nil,
        last: [UInt8]? = nil, isDripping: Bool = false, ending: Ending = .end
    ) {
        self.head = head
        self.body = body
        self.delay = delay
        self.partDelay = partDelay
        self.partsLeft = partCount
        self.last = last
        self.drops = isDripping ? [] : nil
        self.ending = ending
    }

    /// The next step. After `end`, `fail` and `hang` there is none, and the same comes again.
    mutating func next() -> Step {
        switch self.place {
        case .delay:
            self.place = .head
            return self.delay > .zero ? .wait(self.delay) : self.next()
        case .head:
            guard let head = self.head else {
                self.place = .ending
                return self.next()
            }
            self.place = .body
            return .head(head)
        case .body:
            if self.isBetweenParts {
                self.isBetweenParts = false
                if self.partDelay > .zero, self.hasMore { return .wait(self.partDelay) }
            }
            if let part = self.nextPart() {
                self.isBetweenParts = true
                return .part(part)
            }
            self.place = .last
            return self.next()
        case .last:
            self.place = .ending
            return self.last.map { .part($0) } ?? self.next()
        case .ending:
            switch self.ending {
            case .end: return .end
            case .fail(let error): return .fail(error)
            case .hang: return .hang
            }
        }
    }

    // MARK: Parts

    private mutating func nextPart() -> [UInt8]? {
        guard self.drops != nil else { return self.nextWhole() }
        if self.drops?.isEmpty == true { self.drops = (self.nextWhole() ?? [])[...] }
        return self.drops?.popFirst().map { [$0] }
    }

    private mutating func nextWhole() -> [UInt8]? {
        if let left = self.partsLeft {
            guard left > 0 else { return nil }
            self.partsLeft = left - 1
        }
        switch self.body {
        case .whole(let bytes):
            self.body = .parts([])
            return bytes.isEmpty ? nil : bytes
        case .parts(var parts):
            guard !parts.isEmpty else { return nil }
            let part = parts.removeFirst()
            self.body = .parts(parts)
            return part
        case .stream(var stream):
            let part = stream.next()
            self.body = .stream(stream)
            return part
        case .endless(let start, let again, let left):
            let part = start.isEmpty ? again : start
            if let left, left <= 0 { return nil }
            let sent = left.map { Int(min($0, Int64(part.count))) } ?? part.count
            self.body = .endless(start: [], again: again, left: left.map { $0 - Int64(sent) })
            return sent == part.count ? part : Array(part.prefix(sent))
        }
    }

    /// Whether a wait for another part is worth it.
    private var hasMore: Bool {
        if self.drops?.isEmpty == false { return true }
        if self.partsLeft == 0 { return self.last != nil }
        switch self.body {
        case .whole, .endless: return true
        case .parts(let parts): return !parts.isEmpty
        case .stream(let stream): return !stream.isAtEnd
        }
    }
}
