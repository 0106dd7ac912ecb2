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
final class FrontHandler: ChannelDuplexHandler, RemovableChannelHandler, Ticking {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Current {
        case none
        case hot(HotExchange)
        case cold(HTTPRequestHead)
    }

    private let routes: any HotRoutes
    private let limits: FrontLimits
    private let ticker: LoopTicker
    private let cold: ColdPipeline
    private let writer: AnswerWriter
    private var context: ChannelHandlerContext?
    private var peer: Peer?

    private var current = Current.none
    private var isRequestRead = false
    private var isAnswerWritten = false
    private var queue = CircularBuffer<HTTPServerRequestPart>()
    private var isDraining = false
    private var isInReadCycle = false
    private var needsFlush = false
    private var isReadHeld = false
    private var isQuiescing = false
    private var end = ConnectionEnd()
    private var closesAfterCurrent = false
    /// The client waits for 100 (Continue), and may not send its body where it gets another answer first.
    private var isContinueOwed = false
    /// The current answer has no body and no length (HEAD): writing its end would write the last chunk of one.
    private var isEndWithheld = false
    /// What the client sent behind the requests in hand is no HTTP; it is told once they are answered.
    private var parserError: HTTPParserError?

    var tickerIndex = -1
    private var deadline: NIODeadline
    private var wholeBodyDeadline = NIODeadline.distantFuture
    private var unread: UnreadAnswer?

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

    private var isClosing: Bool { self.end.hasBegun }

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

    // MARK: Ends

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            switch self.current {
            case _ where self.isClosing: return self.perform(self.end.inputClosed(), context: context)
            case .hot: return self.close()
            case .none where !self.cold.isInstalled: return self.close()
            case .cold: self.queue.removeAll()  // Who has gone wants no more answers.
            case .none: break
            }
        } else if event is ChannelShouldQuiesceEvent {
            // Kept from Hummingbird, which knows of cold requests only and closes without waiting for what was written.
            self.isQuiescing = true
            switch self.current {
            case .none: self.close()
            case .hot(let exchange): exchange.call?.serverIsStopping()
            case .cold: break
            }
            return
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else {
            if case .cold = self.current { return context.fireErrorCaught(error) }
            return self.close()
        }
        guard !self.isClosing else { return }
        switch self.current {
        case .none: self.refuse(error, context: context)
        case _ where self.isRequestRead:
            self.parserError = error
            while let last = self.queue.last {
                if case .end = last { break }
                self.queue.removeLast()
            }
        case .cold: context.fireErrorCaught(error)
        case .hot(let exchange):
            // What ends within its body was cut off by the client.
            if error != .invalidEOFState, !exchange.isHeadSent, let call = exchange.call {
                self.closesAfterCurrent = true
                call.refuse(.undecodable(encoding: "chunked"))
                self.close(lingers: true)
            } else if exchange.isAnswered {
                self.close(lingers: true)
            } else {
                self.cut()
            }
        }
    }

    private func refuse(_ error: HTTPParserError, context: ChannelHandlerContext) {
        var head = error.answer
        head.headers.add(name: "Date", value: self.date)
        context.write(self.wrapOutboundOut(.head(head)), promise: nil)
        context.write(self.wrapOutboundOut(.end(nil)), promise: nil)
        self.close(lingers: true)
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.leave()
        context.fireChannelInactive()
    }

    func tick(now: NIODeadline) {
        guard let context = self.context else { return }
        if self.unread?.isStuck(waiting: self.waitingBytes, now: now, limit: self.limits.unreadAnswer) == true {
            return self.cut()
        }
        if self.isClosing { return self.goOnEnding(context: context) }
        guard now >= self.deadline || now >= self.wholeBodyDeadline else { return }
        self.deadline = .distantFuture
        self.wholeBodyDeadline = .distantFuture
        if case .hot(let exchange) = self.current, !exchange.isAnswered, let call = exchange.call {
            self.closesAfterCurrent = true
            call.refuse(.tooSlow)
        }
        self.close(lingers: true)
    }

    /// Ends the connection at once, without its answer's end, so that no client takes the part for the whole.
    func cut() {
        guard let context = self.context else { return }
        let action = self.end.cut()
        self.letGo()
        self.perform(action, context: context)
    }

    /// - Parameter lingers: whether the client may be in the middle of sending.
    private func close(lingers: Bool = false) {
        guard !self.isClosing, let context = self.context else { return }
        self.end.begin(lingers: lingers)
        self.needsFlush = false
        self.letGo()
        context.flush()
        self.unread = UnreadAnswer(waiting: self.waitingBytes, now: .now())
        self.goOnEnding(context: context)
    }

    private func goOnEnding(context: ChannelHandlerContext) {
        self.perform(self.end.next(waiting: self.waitingBytes, now: .now(), linger: self.limits.linger), context: context)
    }

    private func perform(_ action: ConnectionEnd.Action, context: ChannelHandlerContext) {
        switch action {
        case .wait: break
        case .close: context.close(promise: nil)
        case .closeOutput:
            self.unread = nil
            context.close(mode: .output, promise: nil)
            if self.isReadHeld { context.read() }
            self.isReadHeld = false
        }
    }

    /// Bytes that were written and that the socket has not taken.
    private var waitingBytes: Int { (try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    /// Tells the current call that its client left.
    private func letGo() {
        self.queue.removeAll()
        guard case .hot(let exchange) = self.current else { return }
        let call = exchange.isAnswered ? nil : exchange.call
        exchange.detach()
        self.current = .none
        call?.clientIsGone()
    }

    private func leave() {
        self.end.begin(lingers: false)
        self.ticker.unregister(self)
        self.letGo()
        self.cold.abandon()
        self.context = nil
    }
}
