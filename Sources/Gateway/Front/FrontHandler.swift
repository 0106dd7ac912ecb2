internal import HummingbirdCore
internal import Logging
internal import ModelRelay
internal import NIOCore
internal import NIOHTTP1
internal import Outbound

/// The first handler behind the HTTP decoder: answers hot requests on the spot and passes the others on to Hummingbird.
///
/// One request is in flight at a time. Parts of later ones wait in a queue, and while it holds any nothing more is read, so that hot
/// and cold requests pipelined on one connection are answered in order. A request is over when its end was read *and* its answer's
/// end was written; for a cold one this handler sees the latter pass by.
///
/// How a connection ends stands in `FrontHandler+Ends.swift`; what that touches, too, is not private.
final class FrontHandler: ChannelDuplexHandler, RemovableChannelHandler, Ticking {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    enum Current {
        case none
        case hot(HotExchange)
        case cold(HTTPRequestHead)
    }

    let routes: any HotRoutes
    let limits: FrontLimits
    let ticker: LoopTicker
    let cold: ColdPipeline
    private let writer: AnswerWriter
    var context: ChannelHandlerContext?
    private var peer: Peer?

    var current = Current.none
    var isRequestRead = false
    private var isAnswerWritten = false
    var queue = CircularBuffer<HTTPServerRequestPart>()
    private var isDraining = false
    private var isInReadCycle = false
    var needsFlush = false
    var isReadHeld = false
    var isQuiescing = false
    var end = ConnectionEnd()
    var closesAfterCurrent = false
    /// The client waits for 100 (Continue), and may not send its body where it gets another answer first.
    private var isContinueOwed = false
    /// The current answer has no body and no length (HEAD): writing its end would write the last chunk of one.
    private var isEndWithheld = false
    /// What the client sent behind the requests in hand is no HTTP; it is told once they are answered.
    var parserError: HTTPParserError?

    var tickerIndex = -1
    var deadline: NIODeadline
    var wholeBodyDeadline = NIODeadline.distantFuture
    var unread: UnreadAnswer?

    init(routes: any HotRoutes, limits: FrontLimits, ticker: LoopTicker, cold: ColdPipeline, writer: AnswerWriter) {
        self.writer = writer
        self.routes = routes
        self.limits = limits
        self.ticker = ticker
        self.cold = cold
        self.deadline = .now() + limits.firstHead
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        self.ticker.register(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.leave() }

    var isClosing: Bool { self.end.hasBegun }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = self.unwrapInboundIn(data)
        self.isInReadCycle = true
        guard !self.isClosing else { return }
        if self.isRequestRead || !self.queue.isEmpty {
            self.queue.append(part)
        } else {
            self.take(part, context: context)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        self.isInReadCycle = false
        if self.needsFlush {
            self.needsFlush = false
            context.flush()
        }
        context.fireChannelReadComplete()
    }

    private func take(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch (part, self.current) {
        case (.head(let head), .none): self.begin(head, context: context)
        case (.body(let bytes), .hot(let exchange)): self.collect(bytes, for: exchange)
        case (.end, .hot(let exchange)):
            self.isRequestRead = true
            self.deadline = .distantFuture
            self.wholeBodyDeadline = .distantFuture
            if exchange.isAnswered { self.finishIfOver() } else { exchange.start(limit: self.limits.body) }
        case (.end, .cold):
            self.isRequestRead = true
            self.deadline = .distantFuture
            self.wholeBodyDeadline = .distantFuture
            context.fireChannelRead(self.wrapInboundOut(part))
            self.finishIfOver()
        case (_, .cold):
            self.deadline = .now() + self.limits.bodyPart
            context.fireChannelRead(self.wrapInboundOut(part))
        case (.head, .hot), (.body, .none), (.end, .none):
            break  // The decoder keeps the order head, body, end; nothing else can come.
        }
    }

    private func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        self.isRequestRead = false
        self.isAnswerWritten = false
        self.closesAfterCurrent = head.endsConnection
        self.isContinueOwed = head.expectsContinue
        let now = NIODeadline.now()
        self.deadline = now + self.limits.bodyPart
        self.wholeBodyDeadline = now + self.limits.wholeBody
        let exchange = HotExchange(requestHead: head, front: self)
        self.current = .hot(exchange)
        if let fault = head.fault {
            self.closesAfterCurrent = true
            return self.refuse(exchange, .badRequest, fault)
        }
        if let refusal = self.routes.refusal(of: head) { return self.refuse(exchange, refusal.status, refusal.body) }
        let peer = self.peer ?? Peer(address: context.channel.remoteAddress?.ipAddress ?? "")
        self.peer = peer
        guard let call = self.routes.call(for: head, from: peer, sink: exchange) else {
            exchange.detach()
            self.current = .cold(head)
            self.sendContinue(context: context)
            self.cold.install(on: context.channel)
            context.fireChannelRead(self.wrapInboundOut(.head(head)))
            return
        }
        guard !exchange.isAnswered, !self.isClosing else { return }
        exchange.call = call
        if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > self.limits.body {
            call.refuse(.tooLarge(limit: self.limits.body))
        } else {
            self.sendContinue(context: context)
        }
    }

    private func refuse(_ exchange: HotExchange, _ status: HTTPResponseStatus, _ text: String) {
        exchange.answer(status, ["Content-Type": "text/plain; charset=utf-8"], ByteBuffer(string: text))
    }

    private func sendContinue(context: ChannelHandlerContext) {
        guard self.isContinueOwed else { return }
        self.isContinueOwed = false
        context.writeAndFlush(self.wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: .continue))), promise: nil)
    }

    private func collect(_ bytes: ByteBuffer, for exchange: HotExchange) {
        self.deadline = .now() + self.limits.bodyPart
        exchange.receivedBytes += bytes.readableBytes
        if exchange.isAnswered {
            if exchange.receivedBytes > self.limits.discardedBody { self.close(lingers: true) }
            return
        }
        if exchange.receivedBytes > self.limits.body {
            exchange.body = nil
            exchange.call?.refuse(.tooLarge(limit: self.limits.body))
        } else if exchange.body == nil {
            exchange.body = bytes
        } else {
            exchange.body?.writeImmutableBuffer(bytes)
        }
    }

    // MARK: Answers

    var isWritable: Bool { self.context?.channel.isWritable ?? false }

    var date: String { self.routes.date }

    /// Adds to an answer's head what the connection makes of it.
    func complete(_ head: inout HTTPResponseHead, for request: HTTPRequestHead) {
        head.version = request.version
        self.isEndWithheld = request.method == .HEAD && !head.headers.contains(name: "content-length")
        if head.isDelimitedByClose(for: request) { self.closesAfterCurrent = true }
        if self.closesAfterCurrent || self.isQuiescing || self.isContinueOwed {
            head.headers.replaceOrAdd(name: "Connection", value: "close")
        } else if request.isOld {
            head.headers.replaceOrAdd(name: "Connection", value: "keep-alive")
        }
    }

    func send(_ part: HTTPServerResponsePart) {
        if case .end = part, self.isEndWithheld { return }
        self.writer.write(part)
    }

    /// Flushes now, or once with everything else that this read brought about.
    func flushSoon() {
        if self.isInReadCycle { self.needsFlush = true } else { self.context?.flush() }
    }

    func hotAnswerEnded(_ exchange: HotExchange) {
        self.isAnswerWritten = true
        self.flushSoon()
        // Whether a body comes is up to the client now, so that nobody can tell where the next request begins.
        if self.isContinueOwed, !self.isRequestRead { return self.close(lingers: true) }
        self.finishIfOver()
    }

    /// What Hummingbird answers passes by here.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .cold(let request) = self.current else { return context.write(data, promise: promise) }
        switch self.unwrapOutboundIn(data) {
        case .head(var head):
            self.complete(&head, for: request)
            context.write(self.wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            if self.isEndWithheld { promise?.succeed() } else { context.write(data, promise: promise) }
            self.isAnswerWritten = true
            self.finishIfOver()
        }
    }

    private func finishIfOver() {
        guard self.isRequestRead, self.isAnswerWritten, let context = self.context else { return }
        if case .hot(let exchange) = self.current { exchange.detach() }
        self.current = .none
        guard !self.closesAfterCurrent, !self.isQuiescing else { return self.close() }
        self.isRequestRead = false
        self.isAnswerWritten = false
        self.deadline = .now() + self.limits.head
        self.drain(context: context)
    }

    /// Takes the parts that waited for the request before theirs.
    private func drain(context: ChannelHandlerContext) {
        guard !self.isDraining else { return }
        self.isDraining = true
        var passedOn = false
        while !self.isRequestRead, !self.isClosing, let part = self.queue.popFirst() {
            self.take(part, context: context)
            if case .cold = self.current { passedOn = true }
        }
        self.isDraining = false
        if case .none = self.current, self.queue.isEmpty, let error = self.parserError {
            return self.refuse(error, context: context)
        }
        // NIOAsyncChannel delivers the parts that it was passed only when a read completes.
        if passedOn, !self.isInReadCycle { context.fireChannelReadComplete() }
        if self.queue.isEmpty, self.isReadHeld, !self.isClosing {
            self.isReadHeld = false
            context.read()
        }
    }

    // MARK: Back-pressure

    func read(context: ChannelHandlerContext) {
        if self.queue.isEmpty { context.read() } else { self.isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        let isWritable = context.channel.isWritable
        self.unread = isWritable ? nil : UnreadAnswer(waiting: self.waitingBytes, now: .now())
        if case .hot(let exchange) = self.current { exchange.call?.writabilityChanged(isWritable: isWritable) }
        context.fireChannelWritabilityChanged()
    }
}
