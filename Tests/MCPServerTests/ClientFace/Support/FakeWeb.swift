import Outbound
import Synchronization
import Wire

/// An HTTP client whose other side is a closure. It remembers what it was asked to send.
final class FakeWeb: WebClient {
    struct Seen: Sendable {
        let method: String
        let url: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]

        func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
        var json: JSON? { try? JSON.parse(body) }
        var rpc: String? { json?["method"]?.stringValue }
    }

    typealias Script = @Sendable (Seen) async throws(OutboundError) -> FakeResponse

    private let script: Script
    private let requests = Mutex<[Seen]>([])

    init(_ script: @escaping Script) { self.script = script }

    /// What was sent so far.
    var seen: [Seen] { requests.withLock { $0 } }

    func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse {
        let seen = Seen(method: request.method, url: request.url, headers: request.headers, body: request.body)
        requests.withLock { $0.append(seen) }
        if Task.isCancelled { throw OutboundError(.cancelled, "cancelled") }
        return try await script(seen)
    }
}

/// An answer that is written while it is read.
final class FakeResponse: WebResponse {
    private struct State {
        var parts: [[UInt8]] = []
        var ending: OutboundError?
        var isFinished = false
        var reader: CheckedContinuation<Void, Never>?
        var isCancelled = false
    }

    let status: Int
    let headers: [(name: String, value: String)]
    let url: String
    private let state = Mutex(State())
    private let onCancel: (@Sendable () -> Void)?

    init(
        status: Int = 200, type: String? = nil, headers: [(name: String, value: String)] = [], url: String = "",
        body: [UInt8]? = nil, onCancel: (@Sendable () -> Void)? = nil
    ) {
        self.status = status
        self.headers = headers + (type.map { [("Content-Type", $0)] } ?? [])
        self.url = url
        self.onCancel = onCancel
        if let body {
            write(body)
            finish()
        }
    }

    static func json(_ json: JSON, status: Int = 200, headers: [(name: String, value: String)] = []) -> FakeResponse {
        FakeResponse(status: status, type: "application/json", headers: headers, body: json.serializedBytes())
    }

    static func events(headers: [(name: String, value: String)] = [], url: String = "", onCancel: (@Sendable () -> Void)? = nil)
        -> FakeResponse
    {
        FakeResponse(type: "text/event-stream", headers: headers, url: url, onCancel: onCancel)
    }

    static func empty(_ status: Int) -> FakeResponse { FakeResponse(status: status, body: []) }

    func write(_ bytes: [UInt8]) {
        wake { if !bytes.isEmpty { $0.parts.append(bytes) } }
    }

    func event(_ json: JSON, id: String? = nil, retry: Int? = nil) {
        event(text: json.serialized(), id: id, retry: retry)
    }

    func event(text: String, type: String? = nil, id: String? = nil, retry: Int? = nil) {
        var bytes: [UInt8] = []
        SSEWriter.write(SSEEvent(type: type, data: text, id: id, retryMilliseconds: retry), to: &bytes)
        write(bytes)
    }

    /// Whether nobody reads it any more, or can.
    var isOver: Bool { state.withLock { $0.isFinished || $0.isCancelled || $0.ending != nil } }

    func finish() { wake { $0.isFinished = true } }

    func breakOff() { wake { $0.ending = OutboundError(.closed, "broken") } }

    private func wake(_ change: (inout State) -> Void) {
        let reader = state.withLock { state in
            change(&state)
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume()
    }

    func next() async throws(OutboundError) -> [UInt8]? {
        while true {
            if Task.isCancelled {
                cancel()
                throw OutboundError(.cancelled, "cancelled")
            }
            let found: Result<[UInt8]?, OutboundError>? = state.withLock { state in
                if !state.parts.isEmpty { return .success(state.parts.removeFirst()) }
                if state.isCancelled { return .failure(OutboundError(.cancelled, "cancelled")) }
                if let ending = state.ending { return .failure(ending) }
                return state.isFinished ? .success(nil) : nil
            }
            if let found { return try found.get() }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isReady = state.withLock { state in
                        let isReady =
                            !state.parts.isEmpty || state.isCancelled || state.ending != nil || state.isFinished
                            || Task.isCancelled
                        if !isReady { state.reader = continuation }
                        return isReady
                    }
                    if isReady { continuation.resume() }
                }
            } onCancel: {
                cancel()
            }
        }
    }

    func cancel() {
        let isNews = state.withLock { state in
            defer { state.isCancelled = true }
            return !state.isCancelled && !state.isFinished
        }
        wake { _ in }
        if isNews { onCancel?() }
    }
}
