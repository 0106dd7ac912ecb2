internal import Ledger
internal import NIOHTTP1

extension HTTPHeaders {
    /// What is left of the limits, under the names that OpenAI's clients read; nothing where there are none.
    init(rates: RateStatus) {
        self.init()
        if rates.limits.requestsPerMinute > 0 {
            self.add(name: "X-RateLimit-Limit-Requests", value: String(rates.limits.requestsPerMinute))
            self.add(name: "X-RateLimit-Remaining-Requests", value: String(rates.remainingRequests))
            self.add(name: "X-RateLimit-Reset-Requests", value: "1m0s")
        }
        if rates.limits.tokensPerMinute > 0 {
            self.add(name: "X-RateLimit-Limit-Tokens", value: String(rates.limits.tokensPerMinute))
            self.add(name: "X-RateLimit-Remaining-Tokens", value: String(rates.remainingTokens))
            self.add(name: "X-RateLimit-Reset-Tokens", value: "1m0s")
        }
    }

    /// A limit of which nothing is left, under the same names.
    init(reached limit: Int64, _ kind: String, resetSeconds: Int64) {
        self = [
            "X-RateLimit-Limit-\(kind)": String(limit), "X-RateLimit-Remaining-\(kind)": "0",
            "X-RateLimit-Reset-\(kind)": "\(resetSeconds)s",
        ]
    }
}

extension HTTPResponseHead {
    /// Whether the answer's end can't be told from a connection that broke (RFC 9112 §6.3, rule 8).
    var endsWithConnection: Bool {
        !self.headers.contains(name: "transfer-encoding") && !self.headers.contains(name: "content-length")
    }

    var isEventStream: Bool {
        self.headers.first(name: "content-type")?.lowercased().hasPrefix("text/event-stream") ?? false
    }

    /// The upstream's own name for the request, at most 256 bytes.
    var upstreamRequestID: String? {
        (self.headers.first(name: "x-request-id") ?? self.headers.first(name: "request-id")).flatMap {
            $0.utf8.count <= 256 ? $0 : nil
        }
    }

    /// Its type where that is JSON's, perhaps with parameters.
    var jsonType: String? {
        self.headers.first(name: "content-type").flatMap { $0.lowercased().hasPrefix("application/json") ? $0 : nil }
    }
}
