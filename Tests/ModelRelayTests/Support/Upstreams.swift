import Directory
import TestSupport
import Wire

/// Channels and what their upstreams say.
enum Upstreams {
    /// A channel of a compatible server on loopback.
    static func http(_ id: Int64, port: Int, priority: Int64 = 0, _ change: (inout Channel) -> Void = { _ in }) -> Channel {
        var channel = Channel(id: id, type: 1, name: "http-\(id)", key: "upstream-key-\(id)", createdAt: 0)
        channel.baseURL = "http://127.0.0.1:\(port)/v1"
        channel.models = ["gpt"]
        channel.priority = priority
        change(&channel)
        return channel
    }

    /// A channel that is answered inside the process.
    static func fake(_ id: Int64, priority: Int64 = 0, _ configuration: JSON = [:]) -> Channel {
        var channel = Channel(id: id, type: 53, name: "fake-\(id)", key: "x", createdAt: 0)
        channel.models = ["gpt"]
        channel.priority = priority
        channel.configs = configuration.objectValue ?? JSONObject()
        return channel
    }

    /// A channel that always fails.
    static func failing(_ id: Int64, status: Int, priority: Int64 = 0) -> Channel {
        var channel = self.fake(id, priority: priority, ["error_status_code": JSON(integerLiteral: Int64(status))])
        channel.type = 55
        return channel
    }

    static let usage = #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}"#
    /// What that costs in the tests' directory, in billionths.
    static let cost: Int64 = 20_000_000

    static func answer(model: String = "gpt", usage: String? = Self.usage) -> String {
        #"{"id":"up-1","model":"\#(model)","choices":[{"index":0,"message":{"role":"assistant","content":"hello"}}]"#
            + (usage.map { #","usage":\#($0)"# } ?? "") + "}"
    }

    static func delta(_ text: String, model: String = "gpt") -> String {
        "data: {\"id\":\"up-1\",\"model\":\"\(model)\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"}}]}\n\n"
    }

    static let usageEvent = "data: {\"id\":\"up-1\",\"model\":\"gpt\",\"choices\":[],\"usage\":\(Self.usage)}\n\n"
    static let errorEvent = "data: {\"error\":{\"message\":\"too busy\",\"type\":\"server_error\"}}\n\n"
    static let done = "data: [DONE]\n\n"
}

/// What clients ask.
enum Requests {
    static let whole = #"{"model":"gpt","messages":[{"role":"user","content":"hi there"}]}"#
    static let stream = #"{"model":"gpt","stream":true,"messages":[{"role":"user","content":"hi there"}]}"#
    static let streamWithUsage =
        #"{"model":"gpt","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"hi there"}]}"#
}

extension Peer {
    func json(_ body: String, status: String = "200 OK", headers: String = "") {
        self.answer(body, status: status, headers: "Content-Type: application/json\r\n" + headers)
    }

    private static let streamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let streamEnd = "0\r\n\r\n"

    func beginStream() { self.write(Self.streamHead) }

    func event(_ text: String) { self.write("\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n") }
    func endStream() { self.write(Self.streamEnd) }

    /// A whole stream, in one write: what stands behind an event is there when the event is.
    func stream(_ events: [String], isEnded: Bool = true) {
        let chunks = events.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }.joined()
        self.write(Self.streamHead + chunks + (isEnded ? Self.streamEnd : ""))
    }
}
