internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import NIOHTTPTypesHTTP1
internal import Outbound

/// The pipeline of one client connection: HTTP/1.1 codec, the front, and Hummingbird behind it once a request needs it.
///
/// Hummingbird's part is added at the first cold request, so that a connection that only makes hot ones never pays for it.
struct FrontChannel: ServerChildChannel, HTTPChannelHandler {
    let responder: HTTPChannelHandler.Responder
    let limits: FrontLimits
    /// What serves the hot paths on the given event loop.
    let hotSide: @Sendable (any EventLoop) -> HotSide?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<FrontConnection> {
        channel.eventLoop.makeCompletedFuture {
            var decoderLimits = NIOHTTPDecoderLimitConfiguration()
            decoderLimits.maxHeaderFieldSize = self.limits.headerField
            decoderLimits.maxHeaderListSize = self.limits.headerList
            decoderLimits.maxHeaderFieldCount = self.limits.headerCount
            let pipeline = channel.pipeline.syncOperations
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            let writer = AnswerWriter()
            try pipeline.addHandler(writer)
            try pipeline.addHandler(
                ByteToMessageHandler(
                    HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: decoderLimits)))
            guard let side = self.hotSide(channel.eventLoop) else { throw ChannelError.inappropriateOperationForState }
            let cold = ColdPipeline(eventLoop: channel.eventLoop, logger: logger)
            do {
                try pipeline.addHandler(
                    FrontHandler(routes: side.routes, limits: self.limits, ticker: side.ticker, cold: cold, writer: writer))
            } catch {
                cold.abandon()
                throw error
            }
            return FrontConnection(channel: channel, cold: cold.future)
        }
    }

    func handle(value: FrontConnection, logger: Logger) async {
        await withTaskCancellationHandler {
            // Nil, or a failure, is a connection that ended before Hummingbird's part was added.
            guard let channel = try? await value.cold.get() else { return }
            await self.handleHTTP(asyncChannel: channel, logger: logger)
        } onCancel: {
            // A server that is stopped at once waits for no client.
            value.channel.close(promise: nil)
        }
    }
}

/// What one event loop has for the hot paths.
struct HotSide {
    let routes: any HotRoutes
    let ticker: LoopTicker
}

struct FrontConnection: ServerChildChannelValue {
    let channel: any Channel
    /// Hummingbird's side of the connection: there from the first cold request on, nil where none came.
    let cold: EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>
}

/// Hummingbird's part of a connection's pipeline, added when it is first needed. Confined to its event loop.
final class ColdPipeline {
    private let promise: EventLoopPromise<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>
    private let logger: Logger
    private(set) var isInstalled = false
    private var isAbandoned = false

    init(eventLoop: any EventLoop, logger: Logger) {
        self.promise = eventLoop.makePromise()
        self.logger = logger
    }

    var future: EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?> { self.promise.futureResult }

    func install(on channel: any Channel) {
        guard !self.isInstalled, !self.isAbandoned else { return }
        self.isInstalled = true
        do {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            // No idle time-out of its own: it would count a hot answer in progress as idleness.
            try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: self.logger))
            self.promise.succeed(
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true)))
        } catch {
            self.promise.fail(error)
            channel.close(promise: nil)
        }
    }

    /// The connection ended; nobody waits for Hummingbird's part any more.
    func abandon() {
        guard !self.isInstalled, !self.isAbandoned else { return }
        self.isAbandoned = true
        self.promise.succeed(nil)
    }
}
