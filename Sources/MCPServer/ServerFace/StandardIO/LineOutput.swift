import Outbound
import Synchronization

/// The lines that go to the client, in the order in which they were written, whoever wrote them.
///
/// Writing never waits. Its bounds are: the reader takes no new message while much is waiting (`room`), and a client that
/// lets `maximumBytes` pile up is given up.
final class LineOutput: Sendable {
    private struct State {
        var lines: [[UInt8]] = []
        var bytes = 0
        var isFinished = false
        var isBroken = false
        /// The writer, where it waits for lines.
        var writer: OneShot<Void>?
        /// Who waits for room.
        var waiting: [OneShot<Void>] = []
    }

    /// From where on no new message is read.
    static let comfortableBytes = 1 << 20
    private let maximumBytes: Int
    private let giveUp: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameter giveUp: ends the channel, so that neither the writer nor the reader waits for this client any more.
    init(maximumBytes: Int, giveUp: @escaping @Sendable () -> Void) {
        self.maximumBytes = maximumBytes
        self.giveUp = giveUp
    }

    /// Puts a message in the queue, as one line.
    func write(_ message: [UInt8]) {
        var line = message
        // Line breaks between JSON tokens, as an upstream may have written them: within a text they are escaped.
        for index in line.indices where line[index] == UInt8(ascii: "\n") || line[index] == UInt8(ascii: "\r") {
            line[index] = UInt8(ascii: " ")
        }
        let (writer, isTooMuch) = state.withLock { state -> (OneShot<Void>?, Bool) in
            guard !state.isFinished, !state.isBroken else { return (nil, false) }
            guard state.bytes == 0 || state.bytes + line.count <= maximumBytes else {
                state.isBroken = true
                state.lines = []
                return (state.writer.take(), true)
            }
            state.lines.append(line)
            state.bytes += line.count
            return (state.writer.take(), false)
        }
        if isTooMuch { giveUp() }
        writer?.settle(())
    }

    /// Nothing will be written any more; `run` returns once everything is sent.
    func finish() {
        let writer = state.withLock {
            $0.isFinished = true
            return $0.writer.take()
        }
        writer?.settle(())
    }

    /// Waits while much is waiting to be sent.
    func room() async {
        let slot = state.withLock { state -> OneShot<Void>? in
            guard state.bytes > Self.comfortableBytes, !state.isBroken else { return nil }
            let slot = OneShot<Void>()
            state.waiting.append(slot)
            return slot
        }
        await slot?.value()
    }

    private enum Step {
        case send([[UInt8]])
        case wait(OneShot<Void>)
        case end(isBroken: Bool)
    }

    /// Sends what is written, until `finish` or the client's end. A client that was given up is cut off.
    func run(to channel: any LineChannel) async {
        while true {
            switch next() {
            case .send(let lines):
                for line in lines {
                    do {
                        try await channel.send(line)
                    } catch {
                        fail()
                        break
                    }
                    sent(line.count)
                }
            case .wait(let slot): await slot.value()
            case .end(let isBroken):
                fail()
                if isBroken { await channel.close() }
                return
            }
        }
    }

    private func next() -> Step {
        state.withLock { state in
            if state.isBroken { return .end(isBroken: true) }
            if !state.lines.isEmpty {
                defer { state.lines = [] }
                return .send(state.lines)
            }
            if state.isFinished { return .end(isBroken: false) }
            let slot = OneShot<Void>()
            state.writer = slot
            return .wait(slot)
        }
    }

    private func sent(_ bytes: Int) {
        let waiting = state.withLock { state -> [OneShot<Void>] in
            state.bytes -= bytes
            guard state.bytes <= Self.comfortableBytes else { return [] }
            defer { state.waiting = [] }
            return state.waiting
        }
        for slot in waiting { slot.settle(()) }
    }

    /// Nothing can be sent any more.
    private func fail() {
        let waiting = state.withLock { state -> [OneShot<Void>] in
            if !state.isFinished { state.isBroken = true }
            (state.lines, state.bytes) = ([], 0)
            defer { state.waiting = [] }
            return state.waiting
        }
        for slot in waiting { slot.settle(()) }
    }
}
