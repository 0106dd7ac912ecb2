// However a stream is cut, it has the same events; and what is written reads back.
@testable import Wire

private let tightLimits = SSELimits(maximumLineBytes: 200, maximumEventBytes: 500)

private struct Reading: Equatable {
    var events: [SSEEvent] = []
    var comments: [String] = []
    var error: SSEError?
    var last: SSEEvent?
    var lastEventID = ""
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    let whole = read(bytes) { _ in .max }
    let seed = Int(bytes.first ?? 0)
    precondition(whole == read(bytes) { _ in 1 }, "another reading byte by byte")
    precondition(whole == read(bytes) { 1 + ($0 &* 31 &+ seed) % 7 }, "another reading in pieces")
    for event in whole.events {
        var written: [UInt8] = []
        SSEWriter.write(event, to: &written)
        let again = written.withUnsafeBytes { bytes in read(bytes, limits: .standard) { _ in .max } }
        precondition(again.events == [event], "not the event that was written")
    }
    return 0
}

private func read(
    _ bytes: UnsafeRawBufferPointer, limits: SSELimits = tightLimits, pieceLength: (Int) -> Int
) -> Reading {
    var parser = SSEParser(limits: limits)
    var reading = Reading()
    var position = 0
    while position < bytes.count {
        let end = position + min(bytes.count - position, pieceLength(position))
        do {
            try parser.consume(
                UnsafeRawBufferPointer(rebasing: bytes[position..<end]), onComment: { reading.comments.append($0) },
                onEvent: { reading.events.append($0) })
        } catch {
            reading.error = error
            break
        }
        position = end
    }
    reading.last = parser.finish()
    reading.lastEventID = parser.lastEventID
    return reading
}
