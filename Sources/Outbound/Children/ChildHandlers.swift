internal import CShims
internal import NIOCore

/// Reads a child's output as long as somebody takes the lines.
final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let receiver: LineReceiver

    init(receiver: LineReceiver) { self.receiver = receiver }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        self.receiver.onRoom { channel.read() }
    }

    func channelActive(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.unwrapInboundIn(data).withUnsafeReadableBytes { self.receiver.receive($0) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if self.receiver.wantsMore() { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) { self.receiver.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Reads a child's standard error without end, whether or not anybody looks: a full pipe would stop the child.
final class ErrorHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let connection: ChildConnection

    init(connection: ChildConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.unwrapInboundIn(data).withUnsafeReadableBytes { self.connection.errorReceived($0) }
    }

    func channelInactive(context: ChannelHandlerContext) { self.connection.errorEnded() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Reads what the guard tells. The same channel is its life-line: the guard ends the child when it is closed.
final class GuardHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let connection: ChildConnection
    private var received = ByteBuffer()

    init(connection: ChildConnection) { self.connection = connection }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = self.unwrapInboundIn(data)
        self.received.writeBuffer(&bytes)
        while self.received.readableBytes >= MemoryLayout<portico_guard_record>.size,
            let kind: Int32 = self.received.readInteger(endianness: .host),
            let first: Int32 = self.received.readInteger(endianness: .host),
            let second: Int32 = self.received.readInteger(endianness: .host)
        {
            self.connection.guardTold(portico_guard_record(kind: kind, first: first, second: second))
        }
        self.received.discardReadBytes()
    }

    func channelInactive(context: ChannelHandlerContext) { self.connection.guardClosed() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
