// However an upstream's event stream is cut, the client face reads the same messages; the endpoint that it names is on its own
// origin; and the events that the server face writes of these messages have them again, also for a client that comes back.
import Synchronization

@testable import MCPServer
@testable import Outbound
@testable import Wire

private let limits = 2000

private struct Reading: Equatable {
    var events: [SSEEvent] = []
    var isTooLarge = false
    var lastEventID: String?
    var retry: Duration?
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let whole = read([bytes])
    precondition(whole == read(bytes.map { [$0] }), "other events byte by byte")
    precondition(whole == read(pieces(bytes, seed: Int(bytes.first ?? 0))), "other events in pieces")
    var messages: [[UInt8]] = []
    for event in whole.events {
        if event.type == "endpoint" { checkEndpoint(event.data) }
        guard event.type == nil || event.type == "message", (try? JSON.parse(event.data)) != nil else { continue }
        messages.append(Array(event.data.utf8))
    }
    checkServed(messages, lost: Int(bytes.last ?? 0))
    return 0
}

/// The answer of an upstream that is all here: no read of it ever waits.
private final class Answer: WebResponse {
    let status = 200
    let headers: [(name: String, value: String)] = []
    let url = ""
    private let parts: Mutex<ArraySlice<[UInt8]>>

    init(_ parts: [[UInt8]]) { self.parts = Mutex(parts[...]) }

    func next() async throws(OutboundError) -> [UInt8]? { parts.withLock { $0.popFirst() } }

    func cancel() {}
}

private func read(_ parts: [[UInt8]]) -> Reading {
    let reading = Mutex<Reading?>(nil)
    withExtendedLifetime(
        Task.immediate {
            var result = Reading()
            var reader = EventReader(Answer(parts), maximumBytes: limits)
            do {
                while let event = try await reader.next() { result.events.append(event) }
            } catch {
                result.isTooLarge = true
            }
            result.lastEventID = reader.lastEventID
            result.retry = reader.retry
            reading.withLock { $0 = result }
        }
    ) {}
    guard let result = reading.withLock({ $0 }) else { preconditionFailure("a reader waited") }
    return result
}

// MARK: - The endpoint of HTTP+SSE

private let bases = [
    "http://127.0.0.1:8080/a/sse?x=1", "https://key.example", "http://[::1]/sse#f", "HTTPS://Key.Example:443/a/../b/",
]

/// Where a reference leads, the credential goes: nowhere but to the origin of the base, by its bytes.
private func checkEndpoint(_ reference: String) {
    for base in bases {
        guard let url = UpstreamURL.resolve(reference, against: base) else { continue }
        precondition(origin(url) == origin(base), "leads to \(url) from \(base)")
        precondition(!url.utf8.contains { $0 <= 0x20 || $0 == 0x7F }, "bytes that no URL has")
    }
}

/// Scheme, host and port, read apart from `UpstreamURL`: byte by byte, and only ASCII letters have another case.
private func origin(_ url: String) -> [UInt8] {
    let bytes = url.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    guard let mark = bytes.indices.first(where: { bytes[$0...].starts(with: "://".utf8) }) else { return [] }
    let end = bytes[(mark + 3)...].firstIndex { "/?#\\@".utf8.contains($0) } ?? bytes.endIndex
    let scheme = bytes[..<mark]
    let standard = Array((scheme.elementsEqual("http".utf8) ? ":80" : ":443").utf8)
    var authority = bytes[mark..<end]
    precondition(end == bytes.endIndex || bytes[end] != UInt8(ascii: "@"), "a URL with user information")
    if authority.suffix(standard.count).elementsEqual(standard) { authority.removeLast(standard.count) }
    return Array(scheme) + authority
}

// MARK: - The server face

/// Every message comes, in order and under the type that the transport wants; who missed some gets exactly those.
private func checkServed(_ messages: [[UInt8]], lost: Int) {
    let now = ContinuousClock.now
    var terms = Exchange.Terms()
    terms.stream = "s"
    terms.isPrimed = true
    var exchange = Exchange(terms, at: now)
    var stream = bytes(exchange.open(at: now))
    for message in messages { stream += bytes(exchange.send(message, at: now)) }
    let events = read([stream], limits: .standard)
    precondition(events.first?.data == "" && events.first?.id == "s_0", "not primed")
    check(events.dropFirst(), messages)

    let seen = messages.isEmpty ? 0 : lost % (messages.count + 1)
    let kept = messages.suffix(messages.count - seen)
    guard let (_, steps) = exchange.attach(after: seen, at: now) else { preconditionFailure("can't be resumed") }
    guard messages.count <= terms.log.count else { return }
    check(read([bytes(steps)], limits: .standard)[...], Array(kept))
}

private func check(_ events: ArraySlice<SSEEvent>, _ messages: [[UInt8]]) {
    precondition(events.count == messages.count, "\(events.count) events of \(messages.count) messages")
    for (event, message) in zip(events, messages) {
        precondition(event.id?.hasPrefix("s_") == true && event.type == nil, "not an event of the stream")
        precondition(written(Array(event.data.utf8)) == written(message), "another message")
    }
}

private func bytes(_ steps: [Exchange.Step]) -> [UInt8] {
    steps.flatMap { step -> [UInt8] in if case .write(let bytes) = step.what { bytes } else { [] } }
}

private func read(_ parts: [[UInt8]], limits: SSELimits) -> [SSEEvent] {
    var parser = SSEParser(limits: limits)
    var events: [SSEEvent] = []
    for part in parts {
        part.withUnsafeBytes { part in
            guard (try? parser.consume(part) { events.append($0) }) != nil else { preconditionFailure("can't be read") }
        }
    }
    precondition(parser.finish() == nil, "an event without its end")
    return events
}
