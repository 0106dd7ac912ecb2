internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1

/// Adds the headers that every answer to a request has, compresses whole ones, and counts the answer.
final class HeaderSink: AnswerSink {
    private let sink: any AnswerSink
    private let added: HTTPHeaders
    private let kind: HotMetrics.Kind
    private let start: NIODeadline
    private let metrics: HotMetrics
    private let offersGzip: Bool
    private let takesGzip: Bool
    private var held: WholeAnswer?
    private var status: UInt = 499
    private var isCounted = false

    init(_ sink: any AnswerSink, adding headers: HTTPHeaders, kind: HotMetrics.Kind, request: HotRequest, loop: HotLoop) {
        self.sink = sink
        self.added = headers
        self.kind = kind
        self.start = request.start
        self.metrics = loop.metrics
        self.offersGzip = loop.policy.isGzipEnabled && request.head.method != .HEAD
        self.takesGzip = self.offersGzip && AcceptEncoding.allowsGzip(request.head.headers)
    }

    deinit { self.count() }

    var isWritable: Bool { self.sink.isWritable }

    func head(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        self.status = status.code
        var headers = headers
        headers.add(contentsOf: self.added)
        if self.offersGzip, WholeAnswer.isWorthCoding(status, headers) {
            headers.add(name: "Vary", value: "Accept-Encoding")
            if self.takesGzip {
                self.held = WholeAnswer(status: status, headers: headers)
                return
            }
        }
        self.sink.head(status, headers)
    }

    func body(_ part: ByteBuffer) {
        if self.held != nil { self.held?.body.writeImmutableBuffer(part) } else { self.sink.body(part) }
    }

    func end() {
        if let answer = self.held?.coded() {
            self.held = nil
            self.sink.head(answer.status, answer.headers)
            self.sink.body(answer.body)
        }
        self.count()
        self.sink.end()
    }

    func flush() { self.sink.flush() }

    func abort() {
        self.count()
        self.sink.abort()
    }

    private func count() {
        guard !self.isCounted else { return }
        self.isCounted = true
        self.metrics.record(self.kind, status: self.status, duration: .now() - self.start)
    }
}
