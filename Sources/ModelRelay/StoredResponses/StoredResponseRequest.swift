public import Directory
internal import NIOCore
public import NIOHTTP1
public import Wire

extension RelayLoop {
    /// Serves a request for a stored response; what it answers goes to `sink`. On the event loop.
    /// - Parameters:
    ///   - path: what follows `/v1/responses/`, decoded: an id, perhaps with one word behind it.
    ///   - query: its names and values, decoded, in order.
    /// - Returns: nil where there is no such endpoint.
    /// - Throws: a 400 for a value that can't be.
    public func storedResponse(
        _ method: HTTPMethod, path: [String], query: [(String, String)], for caller: Caller, requestID: RequestID,
        sink: any AnswerSink
    ) throws(RelayError) -> (any RelayCall)? {
        guard let store = self.responses, let call = try StoredResponseCall.read(method, path: path, query: query) else {
            return nil
        }
        let running = RunningStoredCall(sink, requestID: requestID)
        running.start(call, of: ResponseOwner(caller), in: store, on: self.eventLoop)
        return running
    }
}

/// One request for a stored response, waiting for the store. Confined to its event loop.
final class RunningStoredCall: RelayCall {
    /// The longest wait for the store.
    private static let timeout = TimeAmount.seconds(15)

    private var sink: (any AnswerSink)?
    private let requestID: RequestID
    private var deadline: Scheduled<Void>?
    private var task: Task<Void, Never>?

    init(_ sink: any AnswerSink, requestID: RequestID) {
        self.sink = sink
        self.requestID = requestID
    }

    func start(_ call: StoredResponseCall, of owner: ResponseOwner, in store: ResponseStore, on eventLoop: any EventLoop) {
        let running = NIOLoopBound(self, eventLoop: eventLoop)
        self.deadline = eventLoop.scheduleTask(in: Self.timeout) {
            running.value.answer(
                .failure(
                    RelayError(
                        .serviceUnavailable, type: "server_error", code: "response_store_unavailable",
                        "stored responses can't be reached now")))
        }
        // It lives as long as this call waits: `letGo` cancels it.
        self.task = Task {
            let answer: Result<StoredResponseAnswer, RelayError>
            do throws(RelayError) { answer = .success(try await store.answer(call, owner: owner)) } catch {
                answer = .failure(error)
            }
            eventLoop.execute { running.value.answer(answer) }
        }
    }

    private func answer(_ answer: Result<StoredResponseAnswer, RelayError>) {
        guard let sink = self.sink else { return }
        self.letGo()
        switch answer {
        case .failure(let error): error.send(to: sink, requestID: self.requestID)
        case .success(let answer):
            var headers: HTTPHeaders = ["X-Request-Id": self.requestID.description]
            headers.add(
                name: "Content-Type", value: answer.isStream ? "text/event-stream; charset=utf-8" : "application/json")
            if answer.isStream { headers.add(name: "Cache-Control", value: "no-cache") }
            sink.answer(.ok, headers, ByteBuffer(bytes: answer.body))
        }
    }

    func clientIsGone() { self.letGo() }

    func writabilityChanged(isWritable: Bool) {}

    private func letGo() {
        self.sink = nil
        self.deadline?.cancel()
        self.deadline = nil
        self.task?.cancel()
        self.task = nil
    }
}
