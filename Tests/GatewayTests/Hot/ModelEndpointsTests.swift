import ModelRelay
import Testing

@testable import Gateway

@Suite("Which path is which endpoint of the model side")
struct ModelEndpointsTests {
    @Test(
        "every path has its format",
        arguments: [
            ("/v1/chat/completions", .chatCompletions), ("/v1/completions", .completions), ("/v1/responses", .responses),
            ("/v1/messages", .messages), ("/v1/messages/count_tokens", .countTokens),
            ("/v1/responses/input_tokens", .inputTokens), ("/v1/embeddings", .embeddings),
            ("/v1/engines/text-embedding/embeddings", .embeddings), ("/v1/moderations", .moderations), ("/v1/rerank", .rerank),
            ("/v1beta/models/m:generateContent", .generateContent), ("/v1/models/m:generateContent", .generateContent),
            ("/v1beta/models/m:streamGenerateContent?alt=sse", .generateContent),
            ("/v1beta/models/m:countTokens", .geminiCountTokens), ("/v1beta/models/m:embedContent", .embedContent),
            ("/v1beta/models/m:batchEmbedContents", .embedContent),
            ("/v1beta/models/vendor/m:8b:generateContent", .generateContent),
        ] as [(String, WireFormat)])
    func formats(path: String, format: WireFormat) {
        #expect(ModelEndpoints.endpoint(of: RequestPath(path))?.format == format)
    }

    @Test(
        "what only looks like one is none",
        arguments: [
            "/v1/chat/completions/", "/v1/chat", "/v1/messages/batches", "/v1/models/m", "/v1/models/m:unknown",
            "/v1/models/:generateContent", "/v1beta/m:generateContent", "/v1/engines//embeddings", "/v1/engines/m", "/v1",
            "/v1beta/models/%ff:generateContent",
        ])
    func none(path: String) {
        #expect(ModelEndpoints.endpoint(of: RequestPath(path)) == nil)
    }

    @Test("the record's path never holds what the client chose")
    func recordPaths() {
        for path in ["/v1beta/models/secret:generateContent", "/v1/engines/secret/embeddings"] {
            #expect(ModelEndpoints.endpoint(of: RequestPath(path))?.recordPath.contains("{model}") == true)
        }
    }

    @Test("a stream is an array unless events are asked for")
    func streams() {
        let path = "/v1beta/models/m:streamGenerateContent"
        let array = ModelEndpoints.endpoint(of: RequestPath(path))
        #expect(array != ModelEndpoints.endpoint(of: RequestPath(path + "?alt=sse")))
        #expect(array == ModelEndpoints.endpoint(of: RequestPath(path + "?alt=json")))
        #expect(
            ModelEndpoints.endpoint(of: RequestPath(path + "?key=x&alt=sse"))
                == ModelEndpoints.endpoint(of: RequestPath(path + "?alt=sse")))
        #expect(
            ModelEndpoints.endpoint(of: RequestPath("/v1/models/a%2Fb:generateContent"))
                == ModelEndpoints.endpoint(of: RequestPath("/v1/models/a/b:generateContent")))
    }
}
