import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import NIOSSL
import TestSupport

/// A proxy on loopback, for HTTP and for SOCKS 5, that takes no more than it can pass on.
final class LoopbackProxy: Sendable {
    enum Conduct: Sendable {
        /// Does what it is asked.
        case serve
        /// Says this to the first bytes that come, and nothing more.
        case say([UInt8])
        case close
    }

    let port: Int
    /// What it was asked for: the request line, or what was named to SOCKS with `address` or `name` before it.
    let asked: NIOLockedValueBox<[String]>
    private let channel: any Channel

    /// - Parameters:
    ///   - socksLogin: user and password that SOCKS clients must have.
    ///   - authorization: what `Proxy-Authorization` must say.
    ///   - elsewhere: the port on loopback to which every connection goes, whatever was asked for.
    init(
        _ conduct: Conduct = .serve, tls: NIOSSLContext? = nil, socksLogin: (user: String, password: String)? = nil,
        authorization: String? = nil, leadingTo elsewhere: Int? = nil
    ) async throws {
        let asked = NIOLockedValueBox<[String]>([])
        self.asked = asked
        self.channel = try await ServerBootstrap(group: LoopbackServer.group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls)) }
                    let login = socksLogin.map { login -> [UInt8] in
                        let (user, password) = (Array(login.user.utf8), Array(login.password.utf8))
                        return [1, UInt8(user.count)] + user + [UInt8(password.count)] + password
                    }
                    let listener = Listener(
                        conduct, login: login, authorization: authorization, elsewhere: elsewhere, asked)
                    try pipeline.addHandler(listener)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.port = self.channel.localAddress?.port ?? 0
    }

    func stop() async { try? await self.channel.close() }
}

/// Hears what a client wants, and makes the connection.
private final class Listener: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private enum State { case new, loggingIn, wanting, over }

    private let conduct: LoopbackProxy.Conduct
    private let login: [UInt8]?
    private let authorization: String?
    private let elsewhere: Int?
    private let asked: NIOLockedValueBox<[String]>
    private var received: [UInt8] = []
    private var state = State.new

    init(
        _ conduct: LoopbackProxy.Conduct, login: [UInt8]?, authorization: String?, elsewhere: Int?,
        _ asked: NIOLockedValueBox<[String]>
    ) {
        self.conduct = conduct
        self.login = login
        self.authorization = authorization
        self.elsewhere = elsewhere
        self.asked = asked
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.received += self.unwrapInboundIn(data).readableBytesView
        switch self.conduct {
        case .serve: if self.received.first == 5 || self.state != .new { self.socks(context) } else { self.http(context) }
        case .say(let bytes): if self.state == .new { self.end(context, bytes) }
        case .close: context.close(promise: nil)
        }
    }

    private func say(_ context: ChannelHandlerContext, _ bytes: [UInt8]) {
        context.writeAndFlush(self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func end(_ context: ChannelHandlerContext, _ bytes: [UInt8]) {
        self.state = .over
        self.say(context, bytes)
    }

    private func http(_ context: ChannelHandlerContext) {
        let text = String(decoding: self.received, as: UTF8.self)
        guard let headEnd = text.firstRange(of: "\r\n\r\n") else { return }
        let lines = text[..<headEnd.lowerBound].split(separator: "\r\n").map(String.init)
        let words = lines[0].split(separator: " ").map(String.init)
        self.asked.withLockedValue { $0.append(lines[0]) }
        if let authorization = self.authorization, !lines.contains("Proxy-Authorization: \(authorization)") {
            return self.end(
                context, Array("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n".utf8))
        }
        let isTunnel = words[0] == "CONNECT"
        let authority = isTunnel ? words[1] : String(words[1].split(separator: "/")[1])
        let colon = authority.lastIndex(of: ":") ?? authority.endIndex
        self.connect(
            context, String(authority[..<colon].filter { $0 != "[" && $0 != "]" }), Int(authority[colon...].dropFirst()) ?? 80,
            success: isTunnel ? Array("HTTP/1.1 200 Connection established\r\nX-Proxy: test\r\n\r\n".utf8) : [],
            failure: Array("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n".utf8),
            // A server takes a whole URL as well (RFC 9112 §3.2.2).
            firstBytes: isTunnel ? [] : self.received)
    }

    private func socks(_ context: ChannelHandlerContext) {
        switch self.state {
        case .new:
            let method: UInt8 = self.login == nil ? 0 : 2
            guard self.received.dropFirst(2).contains(method) else { return self.end(context, [5, 0xFF]) }
            self.received = []
            self.state = self.login == nil ? .wanting : .loggingIn
            self.say(context, [5, method])
        case .loggingIn:
            let isRight = self.received == self.login
            self.received = []
            self.state = isRight ? .wanting : .over
            self.say(context, [1, isRight ? 0 : 1])
        case .wanting:
            let isName = self.received[3] == 3
            let host =
                isName
                ? String(decoding: self.received[5...].dropLast(2), as: UTF8.self)
                : self.received[4...].dropLast(2).map(String.init).joined(separator: ".")
            let port = self.received.suffix(2).reduce(0) { $0 << 8 | Int($1) }
            self.asked.withLockedValue { $0.append("\(isName ? "name" : "address") \(host):\(port)") }
            self.connect(
                context, host, port, success: [5, 0, 0, 1, 127, 0, 0, 1, 0, 0], failure: [5, 5, 0, 1, 0, 0, 0, 0, 0, 0],
                firstBytes: [])
        case .over: break
        }
    }

    private func connect(
        _ context: ChannelHandlerContext, _ host: String, _ port: Int, success: [UInt8], failure: [UInt8], firstBytes: [UInt8]
    ) {
        self.state = .over
        let client = context.channel
        let loopContext = context.loopBound
        ClientBootstrap(group: context.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Passage(to: client)) }
            }
            .connect(host: self.elsewhere == nil ? host : "127.0.0.1", port: self.elsewhere ?? port)
            .assumeIsolated()
            .whenComplete { result in
                let context = loopContext.value
                guard case .success(let server) = result else { return self.say(context, failure) }
                if !success.isEmpty { self.say(context, success) }
                try? client.syncOptions?.setOption(.autoRead, value: false)
                try? context.pipeline.syncOperations.addHandler(Passage(to: server))
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
                server.writeAndFlush(ByteBuffer(bytes: firstBytes), promise: nil)
                server.read()
                client.read()
            }
    }
}

/// Passes on what comes, and takes more only when that went.
private final class Passage: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let channel = context.channel
        self.other.writeAndFlush(self.unwrapInboundIn(data)).whenComplete { _ in channel.read() }
    }

    func channelInactive(context: ChannelHandlerContext) { self.other.close(promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
