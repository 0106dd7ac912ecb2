import NIOCore
import NIOHTTP1
import Outbound
import Testing
import Wire

@testable import ModelRelay

@Suite("Failures as clients are told of them")
struct RelayErrorTests {
    private func json(_ error: RelayError, _ dialect: Dialect) throws -> JSON {
        let id = try #require(RequestID("00000000000000000007"))
        return try JSON.parse(error.json(requestID: id, dialect: dialect))
    }

    @Test("In OpenAI's words: message, type, parameter, code; beside it the request's id")
    func openAI() throws {
        let json = try self.json(RelayError(.badRequest, code: "c", parameter: "model", "a \"b\""), .openAI)
        #expect(json["error"]?["message"]?.stringValue == "a \"b\" (request id: 00000000000000000007)")
        #expect(json["error"]?["type"]?.stringValue == "invalid_request_error")
        #expect(json["error"]?["param"]?.stringValue == "model")
        #expect(json["error"]?["code"]?.stringValue == "c")
        #expect(json["aiproxy"]?.stringValue == "00000000000000000007")
        let bare = try self.json(RelayError(.badRequest, "x"), .openAI)
        #expect(bare["error"]?["param"]?.isNull == true)
        #expect(bare["error"]?["code"]?.isNull == true)
    }

    @Test(
        "In Anthropic's words: the type follows the status",
        arguments: [
            (400, "invalid_request_error"), (401, "authentication_error"), (403, "permission_error"), (404, "not_found_error"),
            (413, "request_too_large"), (429, "rate_limit_error"), (503, "overloaded_error"), (529, "overloaded_error"),
            (500, "api_error"),
            (502, "api_error"),
        ])
    func anthropic(status: Int, type: String) throws {
        let json = try self.json(RelayError(HTTPResponseStatus(statusCode: status), "x"), .anthropic)
        #expect(json["type"]?.stringValue == "error")
        #expect(json["error"]?["type"]?.stringValue == type)
        #expect(json["request_id"]?.stringValue == "00000000000000000007")
    }

    @Test(
        "In Gemini's words: a number and the canonical code",
        arguments: [
            (400, "INVALID_ARGUMENT"), (401, "UNAUTHENTICATED"), (403, "PERMISSION_DENIED"), (404, "NOT_FOUND"),
            (429, "RESOURCE_EXHAUSTED"),
            (501, "UNIMPLEMENTED"), (503, "UNAVAILABLE"), (504, "DEADLINE_EXCEEDED"), (500, "INTERNAL"),
        ])
    func gemini(status: Int, code: String) throws {
        let json = try self.json(RelayError(HTTPResponseStatus(statusCode: status), "x"), .gemini)
        #expect(json["error"]?["code"]?.intValue == status)
        #expect(json["error"]?["status"]?.stringValue == code)
    }

    @Test(
        "A connection's failure is the gateway's",
        arguments: [
            (OutboundError.Code.timedOut, 504, "upstream_timeout"), (.overloaded, 503, "upstream_overloaded"),
            (.connect, 502, "upstream_unreachable"),
            (.tls, 502, "upstream_unreachable"), (.closed, 502, "upstream_unreachable"),
            (.protocolViolation, 502, "upstream_unreachable"),
        ] as [(OutboundError.Code, UInt, String)])
    func connection(code: OutboundError.Code, status: UInt, told: String) {
        let failure = Failure(OutboundError(code, "x"))
        #expect(failure.error.status.code == status)
        #expect(failure.error.code == told)
    }

    private static let body = #"{"error":{"message":"key sk-secret is bad","type":"t","code":"c","param":"p"}}"#

    @Test(
        "An upstream's refusal: the request's own fault is told in its words, the channel's is a bad gateway without them",
        arguments: [
            (400, 400, "c"), (404, 404, "c"), (409, 409, "c"), (413, 413, "c"), (415, 415, "c"), (422, 422, "c"), (451, 451, "c"),
            (429, 429, "c"),
            (401, 502, "upstream_refused"), (402, 502, "upstream_refused"), (403, 502, "upstream_refused"), (500, 502, "c"),
            (503, 503, "c"),
            (529, 503, "c"), (504, 504, "upstream_timeout"), (302, 502, "c"), (418, 502, "c"),
        ] as [(Int, UInt, String)])
    func refusal(status: Int, told: UInt, code: String) {
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status))
        let failure = Failure(head, body: ByteBuffer(string: Self.body), at: 0)
        #expect(failure.error.status.code == told)
        #expect(failure.error.code == code)
        #expect(failure.error.message.contains("sk-secret") == (code != "upstream_refused"))
    }

    @Test(
        "How long to wait is passed on in whole seconds, bounded",
        arguments: [
            ("7", 7), ("0.5", 1), ("-7", nil), ("99999", 3600), ("soon", nil), ("Fri, 20 Mar 2026 12:00:30 GMT", 30),
        ] as [(String, Int64?)])
    func retryAfter(text: String, seconds: Int64?) {
        let head = HTTPResponseHead(version: .http1_1, status: .tooManyRequests, headers: ["Retry-After": text])
        #expect(Failure(head, body: ByteBuffer(), at: 1_774_008_000_000).error.retryAfterSeconds == seconds)
    }

    @Test("The log's text is at most 1 KiB, and valid")
    func recordText() {
        let failure = Failure(.badGateway, code: "c", String(repeating: "é", count: 3000))
        #expect(failure.recordText.utf8.count <= 1024)
        #expect(failure.recordText.hasPrefix("c: éé"))
        #expect(Failure(.badGateway, code: "c", "m").recordText == "c: m")
    }
}
