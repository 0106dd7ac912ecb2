internal import NIOCore
internal import NIOHTTP1

/// Writes answers as bytes (RFC 9112 §4, §6, §7): what is written between two flushes goes out as one piece, so that one system call
/// takes head, chunk sizes and body.
///
/// It stands in the place of NIO's encoder, which makes a write of each. The front, which answers hot requests, hands it parts directly;
/// what Hummingbird answers comes by the pipeline.
final class AnswerWriter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = IOData

    /// Larger bodies are passed on as they are rather than copied.
    private static let largestCopied = 4 << 10
    private static let mostCollected = 64 << 10
    /// Room for most heads with a short body, and small enough for the memory that the allocator keeps at hand for each thread.
    private static let usualSize = 1024

    private var context: ChannelHandlerContext?
    private var collected: ByteBuffer?
    private var isChunked = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        self.write(self.unwrapOutboundIn(data))
        // Whoever waits for a part waits for the piece that it is in, or for nothing where it makes no bytes.
        if let promise { self.passOn(promise: promise) }
    }

    func flush(context: ChannelHandlerContext) {
        self.passOn()
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        self.passOn()
        context.close(mode: mode, promise: promise)
    }

    /// Takes a part, to be sent with the next flush.
    func write(_ part: HTTPServerResponsePart) {
        switch part {
        case .head(let head): self.collect { self.write(head, to: &$0) }
        case .body(.byteBuffer(let body)): self.write(body)
        case .body(let file):
            if self.isChunked { self.writeChunkSize(file.readableBytes) }
            self.passOn(file)
            if self.isChunked, file.readableBytes > 0 { self.collect { $0.writeStaticString("\r\n") } }
        case .end(let trailers):
            guard self.isChunked else { return }
            self.isChunked = false
            self.collect { bytes in
                bytes.writeStaticString("0\r\n")
                for (name, value) in trailers ?? [:] { bytes.writeField(name, value) }
                bytes.writeStaticString("\r\n")
            }
        }
    }

    private func write(_ body: ByteBuffer) {
        // An empty chunk would end the body.
        guard body.readableBytes > 0 else { return }
        if self.isChunked { self.writeChunkSize(body.readableBytes) }
        if body.readableBytes <= Self.largestCopied {
            self.collect { $0.writeImmutableBuffer(body) }
        } else {
            self.passOn(.byteBuffer(body))
        }
        if self.isChunked { self.collect { $0.writeStaticString("\r\n") } }
        if let count = self.collected?.readableBytes, count >= Self.mostCollected { self.passOn() }
    }

    private func writeChunkSize(_ count: Int) {
        guard count > 0 else { return }
        self.collect { bytes in
            bytes.writeString(String(count, radix: 16))
            bytes.writeStaticString("\r\n")
        }
    }

    /// The head, with the framing that its status and version ask for (RFC 9112 §6.3): a status without body has no length; a body
    /// without length is chunked, or for HTTP/1.0 ends with the connection.
    private func write(_ head: HTTPResponseHead, to bytes: inout ByteBuffer) {
        if head.version == .http1_1, head.status == .ok {
            bytes.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            bytes.writeString(
                "HTTP/\(head.version.major).\(head.version.minor) \(head.status.code) \(head.status.reasonPhrase)\r\n")
        }
        let hasBody = head.status.mayHaveResponseBody
        var hasLength = false
        for (name, value) in head.headers {
            if name.isField("content-length") {
                guard hasBody else { continue }
                hasLength = true
            } else if name.isField("transfer-encoding") {
                continue
            }
            bytes.writeField(name, value)
        }
        self.isChunked = hasBody && !hasLength && head.version.minor > 0
        if self.isChunked { bytes.writeStaticString("transfer-encoding: chunked\r\n") }
        bytes.writeStaticString("\r\n")
    }

    // MARK: Pieces

    private func collect(_ write: (inout ByteBuffer) -> Void) {
        // Taken out, so that the buffer is written to in its place.
        var bytes = self.collected.take() ?? self.context?.channel.allocator.buffer(capacity: Self.usualSize) ?? ByteBuffer()
        write(&bytes)
        self.collected = bytes
    }

    private func passOn(promise: EventLoopPromise<Void>? = nil) {
        guard let context = self.context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let bytes = self.collected.take()
        // What makes no bytes still takes its turn.
        guard let bytes = bytes ?? (promise == nil ? nil : ByteBuffer()) else { return }
        context.write(self.wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
    }

    private func passOn(_ body: IOData) {
        self.passOn()
        self.context?.write(self.wrapOutboundOut(body), promise: nil)
    }
}

extension ByteBuffer {
    /// A header field and its line end.
    fileprivate mutating func writeField(_ name: String, _ value: String) {
        self.writeString(name)
        self.writeStaticString(": ")
        self.writeString(value)
        self.writeStaticString("\r\n")
    }
}

extension String {
    /// Whether this is the field of that name, which is given in lower case.
    fileprivate func isField(_ name: StaticString) -> Bool {
        let count = name.utf8CodeUnitCount
        guard self.utf8.count == count else { return false }
        var index = 0
        for byte in self.utf8 {
            guard byte | 0x20 == name.utf8Start[index] else { return false }
            index += 1
        }
        return true
    }
}
