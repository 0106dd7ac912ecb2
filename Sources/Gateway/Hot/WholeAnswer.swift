internal import NIOCore
internal import NIOHTTP1

/// An answer of known length on its way into gzip (RFC 9110 §8.4.1.3).
struct WholeAnswer {
    /// Shorter ones gain nothing; longer ones would hold up everything else on the event loop.
    static let codedLengths = 1 << 10...1 << 20

    var status: HTTPResponseStatus
    var headers: HTTPHeaders
    var body = ByteBuffer()

    init(status: HTTPResponseStatus, headers: HTTPHeaders) {
        self.status = status
        self.headers = headers
    }

    static func isWorthCoding(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> Bool {
        guard let length = headers.first(name: "content-length").flatMap({ Int($0) }), self.codedLengths.contains(length),
            status.mayHaveResponseBody, !headers.contains(name: "content-encoding"),
            let type = headers.first(name: "content-type")
        else { return false }
        return type.hasPrefix("application/json") || type.hasPrefix("text/")
    }

    /// The same answer in gzip, or as it was where that makes it no shorter.
    func coded() -> WholeAnswer {
        guard let body = ContentCoding.gzip(self.body), body.readableBytes < self.body.readableBytes else { return self }
        var coded = self
        coded.body = body
        coded.headers.replaceOrAdd(name: "Content-Length", value: String(body.readableBytes))
        coded.headers.add(name: "Content-Encoding", value: "gzip")
        return coded
    }
}

/// What a client says of codings (RFC 9110 §12.5.3).
enum AcceptEncoding {
    /// Whether an answer may come in gzip: it is named, or `*` is and it isn't, and not with the weight 0.
    static func allowsGzip(_ headers: HTTPHeaders) -> Bool {
        var others = false
        for field in headers["accept-encoding"] {
            for choice in field.utf8.split(separator: UInt8(ascii: ",")) {
                let parts = Substring(choice).split(separator: ";", maxSplits: 1).map {
                    $0.filter { $0 != " " && $0 != "\t" }.lowercased()
                }
                guard let name = parts.first else { continue }
                let isRefused = parts.count > 1 && self.isZero(weight: parts[1])
                if name == "gzip" || name == "x-gzip" { return !isRefused }
                if name == "*" { others = !isRefused }
            }
        }
        return others
    }

    /// `q=0`, `q=0.`, `q=0.000`.
    private static func isZero(weight: String) -> Bool {
        weight.hasPrefix("q=0") && weight.dropFirst(3).allSatisfy { $0 == "0" || $0 == "." }
    }
}
