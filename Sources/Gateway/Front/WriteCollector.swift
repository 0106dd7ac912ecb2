internal import NIOCore

/// Collects the small pieces that an encoder makes of an answer (head, chunk size, chunk, line end), and passes them on as one when they
/// are flushed: one entry in the channel's queue and one plain `write` in place of several.
final class WriteCollector: ChannelOutboundHandler {
    typealias OutboundIn = IOData
    typealias OutboundOut = IOData

    /// Larger pieces are passed on as they are rather than copied.
    private static let largestCopied = 4 << 10
    private static let mostCollected = 64 << 10

    private var collected: ByteBuffer?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard promise == nil, case .byteBuffer(let piece) = self.unwrapOutboundIn(data), piece.readableBytes <= Self.largestCopied
        else {
            self.passOn(context: context)
            return context.write(data, promise: promise)
        }
        guard piece.readableBytes > 0 else { return }
        if self.collected == nil {
            var buffer = context.channel.allocator.buffer(capacity: max(1024, piece.readableBytes))
            buffer.writeImmutableBuffer(piece)
            self.collected = buffer
        } else {
            self.collected?.writeImmutableBuffer(piece)
        }
        if let count = self.collected?.readableBytes, count >= Self.mostCollected { self.passOn(context: context) }
    }

    func flush(context: ChannelHandlerContext) {
        self.passOn(context: context)
        context.flush()
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        self.passOn(context: context)
        context.close(mode: mode, promise: promise)
    }

    private func passOn(context: ChannelHandlerContext) {
        guard let bytes = self.collected else { return }
        self.collected = nil
        context.write(self.wrapOutboundOut(.byteBuffer(bytes)), promise: nil)
    }
}
