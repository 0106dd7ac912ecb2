internal import NIOCore
internal import NIOHTTP1

/// Writes a request as bytes (RFC 9112 §3): head and body in one piece where the body is small, so that one system call takes both.
///
/// It stands in the place of NIO's encoder, which makes three writes of a request. Only heads pass by here; the body, whose length is in
/// the head's `Content-Length`, is given beforehand.
final class RequestWriter: ChannelOutboundHandler {
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = IOData

    /// Larger bodies are worth a second piece rather than a copy.
    private static let largestCopied = 16 << 10

    /// What a proxy needs that each request is sent to with its whole URL.
    struct Forwarding {
        /// What stands before the path: scheme, host and port (RFC 9112 §3.2.2).
        var origin: String
        /// The value of `Proxy-Authorization`.
        var proxyAuthorization: String?
    }

    private let forwarding: Forwarding?
    /// The body of the request whose head is written next.
    var body: ByteBuffer?

    init(forwarding: Forwarding? = nil) { self.forwarding = forwarding }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(let head) = self.unwrapOutboundIn(data) else {
            promise?.succeed(())
            return
        }
        let body = self.body
        self.body = nil
        let length = body?.readableBytes ?? 0
        let isCopied = length <= Self.largestCopied
        // Exactly what is needed: most requests then find room in the memory that the allocator keeps at hand for each thread.
        var size = head.method.rawValue.utf8.count + head.uri.utf8.count + 16 + (isCopied ? length : 0)
        for (name, value) in head.headers { size += name.utf8.count + value.utf8.count + 4 }
        if let forwarding = self.forwarding {
            size += forwarding.origin.utf8.count + (forwarding.proxyAuthorization?.utf8.count ?? 0) + 32
        }
        var bytes = context.channel.allocator.buffer(capacity: size)
        bytes.writeString(head.method.rawValue)
        bytes.writeStaticString(" ")
        if let forwarding = self.forwarding { bytes.writeString(forwarding.origin) }
        bytes.writeString(head.uri)
        bytes.writeStaticString(" HTTP/1.1\r\n")
        if let authorization = self.forwarding?.proxyAuthorization {
            bytes.writeStaticString("Proxy-Authorization: ")
            bytes.writeString(authorization)
            bytes.writeStaticString("\r\n")
        }
        for (name, value) in head.headers {
            bytes.writeString(name)
            bytes.writeStaticString(": ")
            bytes.writeString(value)
            bytes.writeStaticString("\r\n")
        }
        bytes.writeStaticString("\r\n")
        guard let body, length > 0 else { return context.write(self.wrapOutboundOut(.byteBuffer(bytes)), promise: promise) }
        if isCopied {
            bytes.writeImmutableBuffer(body)
            context.write(self.wrapOutboundOut(.byteBuffer(bytes)), promise: promise)
        } else {
            context.write(self.wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
            context.write(self.wrapOutboundOut(.byteBuffer(body)), promise: promise)
        }
    }
}
