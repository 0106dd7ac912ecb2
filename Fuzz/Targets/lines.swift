// However standard input is cut, it has the same lines; none is longer than the bound, and what is written reads back.
@testable import MCPServer
@testable import Outbound
@testable import Wire

private let longest = 60

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let whole = lines([bytes])
    precondition(whole == lines(bytes.map { [$0] }), "other lines byte by byte")
    precondition(whole == lines(pieces(bytes, seed: Int(bytes.first ?? 0))), "other lines in pieces")
    precondition(whole == plainly(bytes), "not the lines of the text")
    precondition(whole == queued(pieces(bytes, seed: count)), "other lines through the queue")
    for case .line(let line) in whole {
        precondition(!line.contains(0x0A) && line.count <= longest, "not one line within the bound")
        checkWritten(line)
    }
    return 0
}

private func lines(_ parts: [[UInt8]]) -> [LinePiece] {
    var splitter = LineSplitter(maximumLineBytes: longest)
    var lines: [LinePiece] = []
    for part in parts { part.withUnsafeBytes { splitter.append($0, to: &lines) } }
    if let last = splitter.finish() { lines.append(last) }
    precondition(splitter.finish() == nil, "ends twice")
    return lines
}

/// The lines by their definition.
private func plainly(_ bytes: [UInt8]) -> [LinePiece] {
    var texts = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
    if texts.last?.isEmpty == true { texts.removeLast() }
    return texts.map { text in
        let line = text.last == 0x0D ? Array(text.dropLast()) : text
        return line.count <= longest ? .line(line) : .tooLong
    }
}

/// The lines as a reader gets them who takes one now and then, and a producer who stops where it is told to.
private func queued(_ parts: [[UInt8]]) -> [LinePiece] {
    var splitter = LineSplitter(maximumLineBytes: longest)
    var queue = LineQueue(highWater: 200)
    var lines: [LinePiece] = []
    var isPaused = false
    for (index, part) in parts.enumerated() {
        var new: [LinePiece] = []
        part.withUnsafeBytes { splitter.append($0, to: &new) }
        if let piece = queue.append(new) { lines.append(piece) }
        isPaused = !queue.wantsMore()
        while isPaused || index.isMultiple(of: 3) {
            let (taken, resumes) = queue.take()
            if resumes { isPaused = false }
            guard case .piece(let piece) = taken else {
                precondition(!isPaused, "paused for ever")
                break
            }
            lines.append(piece)
        }
    }
    if let last = splitter.finish(), let piece = queue.append([last]) { lines.append(piece) }
    if queue.end() { return lines }
    while case (.piece(let piece), _) = queue.take() { lines.append(piece) }
    precondition(queue.take().taken == .end, "no end")
    return lines
}

/// A message that came in a line leaves as a line.
private func checkWritten(_ line: [UInt8]) {
    for message in (try? IncomingMessage.read(line)) ?? [] {
        guard case .request(let id, let method, let params) = message else { continue }
        for text in [OutgoingMessage.notification(method: method, params: params), OutgoingMessage.result(id: id, params ?? [:])]
        {
            var splitter = LineSplitter(maximumLineBytes: 1 << 16)
            var again: [LinePiece] = []
            (text + [0x0A]).withUnsafeBytes { splitter.append($0, to: &again) }
            precondition(again == [.line(text)] && splitter.finish() == nil, "not one line")
        }
    }
}
