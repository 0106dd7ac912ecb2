internal import NIOCore

/// Lines on their way from who reads a stream to who takes them, as a pure state machine.
///
/// Back-pressure: past `highWater` bytes the producer is told to stop; it is asked to go on once less than half is left.
struct LineQueue: Sendable {
    enum Taken: Equatable {
        case piece(LinePiece)
        case end
        /// Nothing is there yet; the reader waits.
        case wait
        /// Somebody else waits already.
        case busy
    }

    private let highWater: Int
    private var pieces: CircularBuffer<LinePiece> = []
    private var byteCount = 0
    private var isEnded = false
    private var isPaused = false
    private(set) var isAwaited = false

    init(highWater: Int) { self.highWater = highWater }

    /// New pieces are here. Returns what goes to the waiting reader, if there is one.
    mutating func append(_ new: [LinePiece]) -> LinePiece? {
        guard !self.isEnded else { return nil }
        for piece in new {
            self.pieces.append(piece)
            self.byteCount += Self.cost(piece)
        }
        guard self.isAwaited, !self.pieces.isEmpty else { return nil }
        self.isAwaited = false
        return self.removeFirst()
    }

    /// The stream is over. Returns whether a waiting reader is to be told.
    mutating func end() -> Bool {
        self.isEnded = true
        defer { self.isAwaited = false }
        return self.isAwaited
    }

    /// The reader wants a piece. `resumes`: the producer stopped, and is to go on.
    mutating func take() -> (taken: Taken, resumes: Bool) {
        guard !self.isAwaited else { return (.busy, false) }
        guard !self.pieces.isEmpty else {
            guard !self.isEnded else { return (.end, false) }
            self.isAwaited = true
            return (.wait, self.resume())
        }
        let piece = self.removeFirst()
        return (.piece(piece), self.byteCount * 2 < self.highWater ? self.resume() : false)
    }

    /// The reader no longer waits. Returns whether it did.
    mutating func cancel() -> Bool {
        defer { self.isAwaited = false }
        return self.isAwaited
    }

    /// Whether the producer is to read on; if not, `take` says when.
    mutating func wantsMore() -> Bool {
        guard self.byteCount >= self.highWater else { return true }
        self.isPaused = true
        return false
    }

    private mutating func resume() -> Bool {
        defer { self.isPaused = false }
        return self.isPaused
    }

    private mutating func removeFirst() -> LinePiece {
        let piece = self.pieces.removeFirst()
        self.byteCount -= Self.cost(piece)
        return piece
    }

    /// An empty line holds memory too.
    private static func cost(_ piece: LinePiece) -> Int {
        if case .line(let line) = piece { line.count + 64 } else { 64 }
    }
}
