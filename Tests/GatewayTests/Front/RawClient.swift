import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// A client of bare TCP: sends exactly the bytes that it is told to, and takes answers apart by itself.
struct RawClient: Sendable {
    /// What did not come in time, or not as it must.
    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    /// A bound for failing tests only; nothing waits for it that goes well.
    static let deadline = TimeAmount.seconds(30)

    let channel: any Channel
    private let inbox: NIOLoopBound<Inbox>

    /// - Parameter reads: false = takes nothing from the socket until `startReading`.
    static func connect(port: Int, reads: Bool = true, receiveBuffer: Int? = nil) async throws -> RawClient {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: reads)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        if let receiveBuffer { bootstrap = bootstrap.channelOption(.socketOption(.so_rcvbuf), value: receiveBuffer) }
        let channel = try await bootstrap.channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Inbox(channel.eventLoop)) }
        }.connect(host: "127.0.0.1", port: port).get()
        return try await channel.eventLoop.submit {
            let inbox = try channel.pipeline.syncOperations.handler(type: Inbox.self)
            return RawClient(channel: channel, inbox: NIOLoopBound(inbox, eventLoop: channel.eventLoop))
        }.get()
    }

    // MARK: Sending

    func send(_ text: String) async throws { try await self.channel.writeAndFlush(ByteBuffer(string: text)).get() }

    func send(_ bytes: ByteBuffer) async throws { try await self.channel.writeAndFlush(bytes).get() }

    /// Sends without waiting for the socket to take it, and without regard to whether it does.
    func push(_ bytes: ByteBuffer) { self.channel.writeAndFlush(bytes, promise: nil) }

    /// Sends one byte at a time, each in a packet of its own as far as the kernel lets it.
    func sendByteByByte(_ text: String) async throws {
        for byte in text.utf8 { try await self.send(ByteBuffer(bytes: [byte])) }
    }

    /// FIN: no more is sent, answers are still read.
    func finish() async throws { try await self.channel.close(mode: .output).get() }

    /// Closes in both directions.
    func close() async { try? await self.channel.close().get() }

    /// RST.
    func reset() async throws {
        guard let options = self.channel as? any SocketOptionProvider else { throw Failure("no socket") }
        try await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        try await self.channel.close().get()
    }

    func startReading() async throws {
        try await self.channel.setOption(.autoRead, value: true).get()
        self.channel.read()
    }

    // MARK: Receiving

    /// The next whole answer. Interim ones (100) are answers of their own.
    func answer(to method: String = "GET") async throws -> RawAnswer {
        try await self.take("an answer") { bytes, isEnded in try RawAnswer(from: &bytes, isEnded: isEnded, method: method) }
    }

    func answers(_ count: Int) async throws -> [RawAnswer] {
        var answers: [RawAnswer] = []
        for _ in 0..<count { answers.append(try await self.answer()) }
        return answers
    }

    /// The bytes up to and including `text`.
    @discardableResult
    func bytes(upTo text: String) async throws -> String {
        try await self.take("`\(text)`") { bytes, isEnded in
            guard let range = bytes.readableBytesView.firstRange(of: Array(text.utf8)) else {
                if isEnded { throw Failure("the connection ended before `\(text)`: \(String(buffer: bytes))") }
                return nil
            }
            return bytes.readString(length: range.upperBound - bytes.readerIndex)
        }
    }

    /// Drops all bytes until those that came last are `text`; returns how many there were.
    @discardableResult
    func skip(upTo text: String) async throws -> Int {
        let count = Count()
        return try await self.take("`\(text)`") { bytes, isEnded in
            let isLast = bytes.readableBytesView.suffix(text.utf8.count).elementsEqual(text.utf8)
            let dropped = isLast ? bytes.readableBytes : max(0, bytes.readableBytes - text.utf8.count)
            bytes.moveReaderIndex(forwardBy: dropped)
            bytes.discardReadBytes()
            let total = count.add(dropped)
            if isLast { return total }
            if isEnded { throw Failure("the connection ended before `\(text)`, after \(total) bytes") }
            return nil
        }
    }

    private final class Count: Sendable {
        private let total = Mutex(0)

        func add(_ bytes: Int) -> Int {
            self.total.withLock { total in
                total += bytes
                return total
            }
        }
    }

    /// How many bytes still come until the server closes or resets the connection.
    func rest() async throws -> Int {
        try await self.take("the connection's end") { bytes, isEnded in isEnded ? bytes.readableBytes : nil }
    }

    /// Reads until `take` has what it wants; it returns nil where more must come.
    private func take<Value: Sendable>(
        _ what: String, _ take: @escaping @Sendable (inout ByteBuffer, _ isEnded: Bool) throws -> Value?
    ) async throws -> Value {
        try await self.channel.eventLoop.flatSubmit {
            let inbox = self.inbox.value
            let promise = self.channel.eventLoop.makePromise(of: Value.self)
            let timer = self.channel.eventLoop.assumeIsolated().scheduleTask(in: Self.deadline) {
                inbox.look = nil
                promise.fail(Failure("\(what) did not come; here are \(inbox.bytes.readableBytes) bytes: \(inbox.start)"))
            }
            inbox.look = { inbox in
                do {
                    guard let value = try take(&inbox.bytes, inbox.isEnded) else { return }
                    inbox.look = nil
                    timer.cancel()
                    promise.succeed(value)
                } catch {
                    inbox.look = nil
                    timer.cancel()
                    promise.fail(error)
                }
            }
            inbox.look?(inbox)
            return promise.futureResult
        }.get()
    }

    /// What has come and was not taken yet.
    private final class Inbox: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var bytes = ByteBuffer()
        var isEnded = false
        var look: ((Inbox) -> Void)?

        init(_ eventLoop: any EventLoop) {}

        var start: String { String(decoding: self.bytes.readableBytesView.prefix(300), as: UTF8.self) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            self.bytes.writeImmutableBuffer(self.unwrapInboundIn(data))
            self.look?(self)
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { self.end() }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { self.end() }

        func channelInactive(context: ChannelHandlerContext) { self.end() }

        private func end() {
            self.isEnded = true
            self.look?(self)
        }
    }
}
