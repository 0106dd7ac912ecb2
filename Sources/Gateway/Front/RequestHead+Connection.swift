internal import NIOCore
internal import NIOHTTP1

extension HTTPRequestHead {
    /// HTTP/1.0, which has no chunks, no interim answers and closes by default. (The decoder lets pass major version 1 only.)
    var isOld: Bool { self.version.minor == 0 }

    /// Whether no other request can follow on the connection.
    ///
    /// The decoder reads nothing behind a request that asks to change the protocol (`Connection: upgrade`, `CONNECT`), as some clients
    /// do with each first request (`Upgrade: h2c`). The wish may be ignored (RFC 9110 §7.8), but then the connection is done.
    var endsConnection: Bool {
        !self.isKeepAlive || self.method == .CONNECT || self.headers.contains(name: "upgrade")
    }

    /// Whether the client waits for 100 (Continue) before it sends the body; one of HTTP/1.0 can't (RFC 9110 §10.1.1).
    var expectsContinue: Bool {
        guard !self.isOld, self.headers.contains(name: "expect") else { return false }
        return self.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    /// What is wrong with the head though it could be decoded; nil = nothing.
    ///
    /// A request names its host once, in HTTP/1.0 perhaps not at all (RFC 9112 §3.2). Its only transfer coding is chunked: with another
    /// one its end can't be told (§6.3), and who tells it in another way reads another next request.
    var fault: String? {
        var hosts = 0
        for (name, value) in self.headers {
            switch name.utf8.count {
            case 4 where name.lowercased() == "host": hosts += 1
            case 17 where name.lowercased() == "transfer-encoding":
                guard value.lowercased() == "chunked", !self.isOld else {
                    return "The only transfer coding that is taken is chunked\n"
                }
            default: break
            }
        }
        return hosts == 1 || hosts == 0 && self.isOld ? nil : "A request names its Host once\n"
    }
}

extension HTTPResponseHead {
    /// Whether the end of its body is told by nothing but the connection's end (RFC 9112 §6.3).
    func isDelimitedByClose(for request: HTTPRequestHead) -> Bool {
        request.isOld && request.method != .HEAD && self.status.mayHaveResponseBody
            && !self.headers.contains(name: "content-length")
    }
}

extension HTTPParserError {
    /// What a client is told whose bytes are no request.
    var answer: HTTPResponseHead {
        let status: HTTPResponseStatus =
            switch self {
            case .headerOverflow: .requestHeaderFieldsTooLarge
            case .invalidVersion: .httpVersionNotSupported
            default: .badRequest
            }
        return HTTPResponseHead(version: .http1_1, status: status, headers: ["Connection": "close", "Content-Length": "0"])
    }
}
