internal import NIOCore
internal import NIOHTTP1
internal import Outbound

/// How a connection ends: by the client, by what it sent, by its slowness, by the server's own end.
extension FrontHandler {
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

    func refuse(_ error: HTTPParserError, context: ChannelHandlerContext) {
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
    func close(lingers: Bool = false) {
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
    var waitingBytes: Int { (try? self.context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0 }

    /// Tells the current call that its client left.
    private func letGo() {
        self.queue.removeAll()
        guard case .hot(let exchange) = self.current else { return }
        let call = exchange.isAnswered ? nil : exchange.call
        exchange.detach()
        self.current = .none
        call?.clientIsGone()
    }

    func leave() {
        self.end.begin(lingers: false)
        self.ticker.unregister(self)
        self.letGo()
        self.cold.abandon()
        self.context = nil
    }
}
