import Outbound
import Testing
import Wire

@testable import ModelRelay

@Suite("Base URLs as people give them")
struct ProviderBaseURLTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var provider: String
        var format: WireFormat
        var given: String
        /// Scheme, host and target of the request.
        var expected: String
        var key = "k"

        init(_ provider: String, _ format: WireFormat, _ given: String, _ expected: String, key: String = "k") {
            (self.provider, self.format, self.given, self.expected, self.key) = (provider, format, given, expected, key)
        }

        var testDescription: String { "\(self.provider) \(self.format.rawValue) \(self.given)" }
    }

    private static let chat = "/v1/chat/completions"

    static let cases =
        ["", "https://api.openai.com", "https://api.openai.com/", "https://api.openai.com/v1", "https://api.openai.com/v1//"].map
    {
        Case("openai", .chatCompletions, $0, "api.openai.com" + chat)
    } + [
        Case("openai", .chatCompletions, "https://api.openai.com/v1/chat/completions", "api.openai.com" + chat),
        Case("openai", .responses, "https://api.openai.com/v1/chat/completions", "api.openai.com/v1/responses"),
        Case("openai", .chatCompletions, "http://127.0.0.1:8000", "127.0.0.1:8000" + chat),
        Case("openai", .chatCompletions, "https://h.example/proxy/v1/", "h.example/proxy" + chat),
        Case("openai", .chatCompletions, "https://h.example/proxy", "h.example/proxy/chat/completions"),
        Case("openai", .chatCompletions, "https://h.example/api/v3", "h.example/api/v3/chat/completions"),
        Case("zhipu", .chatCompletions, "https://open.bigmodel.cn", "open.bigmodel.cn/api/paas/v4/chat/completions"),
        Case("zhipu", .chatCompletions, "https://api.z.ai/api/paas/v4", "api.z.ai/api/paas/v4/chat/completions"),
        Case("zhipu", .messages, "https://api.z.ai/api/paas/v4", "api.z.ai/api/anthropic/v1/messages"),
        Case("zhipu", .messages, "https://api.z.ai/api/anthropic", "api.z.ai/api/anthropic/v1/messages"),
        Case(
            "zhipu", .chatCompletions, "https://open.bigmodel.cn/api/coding/paas/v4",
            "open.bigmodel.cn/api/coding/paas/v4/chat/completions"),
        Case("zhipu", .messages, "https://open.bigmodel.cn/api/coding/paas/v4", "open.bigmodel.cn/api/anthropic/v1/messages"),
        Case("doubao", .chatCompletions, "", "ark.cn-beijing.volces.com/api/v3/chat/completions"),
        Case("doubao", .chatCompletions, "https://ark.example/api/v3", "ark.example/api/v3/chat/completions"),
        Case("deepseek", .messages, "", "api.deepseek.com/anthropic/v1/messages"),
        Case("deepseek", .messages, "https://api.deepseek.com", "api.deepseek.com/anthropic/v1/messages"),
        Case("deepseek", .chatCompletions, "https://api.deepseek.com/anthropic", "api.deepseek.com/v1/chat/completions"),
        Case("deepseek", .completions, "https://gw.example/deepseek/v1", "gw.example/deepseek/beta/completions"),
        Case("deepseek", .messages, "https://gw.example/deepseek", "gw.example/deepseek/anthropic/v1/messages"),
        Case(
            "ali", .rerank, "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
            "dashscope-intl.aliyuncs.com/compatible-api/v1/reranks"),
        Case("ali", .messages, "https://dashscope-intl.aliyuncs.com", "dashscope-intl.aliyuncs.com/apps/anthropic/v1/messages"),
        Case("ollama", .chatCompletions, "", "localhost:11434" + chat),
        Case("ollama", .chatCompletions, "http://box:11434/v1", "box:11434" + chat),
        Case("groq", .chatCompletions, "https://api.groq.com", "api.groq.com/openai/v1/chat/completions"),
        Case("anthropic", .countTokens, "https://api.anthropic.com", "api.anthropic.com/v1/messages/count_tokens"),
        Case("anthropic", .messages, "https://api.anthropic.com/v1/messages", "api.anthropic.com/v1/messages"),
        Case(
            "gemini-openai", .chatCompletions, "https://generativelanguage.googleapis.com",
            "generativelanguage.googleapis.com/v1beta/openai/chat/completions"),
        Case("gemini", .generateContent, "", "generativelanguage.googleapis.com/v1beta/models/m%2F1:generateContent"),
        Case("gemini", .generateContent, "https://h.example/v1", "h.example/v1/models/m%2F1:generateContent"),
        Case("antling", .chatCompletions, "", "api.tbox.cn/api/llm/v1/chat/completions"),
        Case("antling", .messages, "https://api.tbox.cn", "api.tbox.cn/api/anthropic/v1/messages"),
        Case(
            "streamlake", .messages, "", "wanqing.streamlakeapi.com/api/gateway/v1/endpoints/m%2F1/claude-code-proxy/v1/messages"),
        Case("cohere", .rerank, "", "api.cohere.ai/v2/rerank"),
        Case("cohere", .chatCompletions, "", "api.cohere.ai/compatibility/v1/chat/completions"),
        Case(
            "minimax", .chatCompletions, "https://api.minimax.io", "api.minimax.io/v1/chat/completions?GroupId=g%201",
            key: "k|g 1"),
        Case("minimax", .messages, "", "api.minimaxi.com/anthropic/v1/messages"),
        Case(
            "cloudflare", .chatCompletions, "", "api.cloudflare.com/client/v4/accounts/a%2F1/ai/v1/chat/completions", key: "a/1|t"
        ),
        Case(
            "cloudflare", .embeddings, "https://api.cloudflare.com/client/v4/accounts/x/ai/v1",
            "api.cloudflare.com/client/v4/accounts/x/ai/v1/embeddings"),
        Case(
            "cloudflare", .chatCompletions, "https://gateway.ai.cloudflare.com/v1/x/g/workers-ai",
            "gateway.ai.cloudflare.com/v1/x/g/workers-ai/v1/chat/completions"),
        Case("sangfor-aicp", .chatCompletions, "https://aicp.example:8443", "aicp.example:8443/v1/chat/completions"),
    ]

    @Test("a URL with or without its version path leads to one place, and an own path stays", arguments: cases)
    func places(test: Case) throws {
        let provider = try #require(try ShippedFiles.provider(test.provider))
        let endpoint = try ProviderEndpoint(test.format, provider: provider, baseURL: test.given, key: test.key)
        let model = test.provider == "streamlake" ? "kat-coder" : "m/1"
        let target = try #require(endpoint.target(model: model, isStreamed: false))
        #expect(
            endpoint.base.address.hostHeader + target
                == test.expected.replacing("m%2F1", with: model == "m/1" ? "m%2F1" : "kat-coder"))
    }

    @Test(
        "what can't be a base URL is told",
        arguments: [
            ("openai", "ftp://h", "k", "base_url: a base URL begins with http:// or https://"),
            ("openai", "https://h/?a=b", "k", "base_url: a base URL has no user, query, fragment"),
            ("sangfor-aicp", "", "k", "base_url: expected a URL: Sangfor AICP has no default"),
            (
                "cloudflare", "", "secret",
                "key: expected <account_id>|<key>, or a key; account_id may stand in the base URL instead"
            ),
        ])
    func faults(provider: String, baseURL: String, key: String, message: String) throws {
        let provider = try #require(try ShippedFiles.provider(provider))
        let fault = #expect(throws: ChannelFault.self) { try provider.check(baseURL: baseURL, key: key, configs: [:]) }
        #expect(fault?.description.hasPrefix(message) == true, "\(fault as Any)")
    }

    @Test("a stream has a path of its own where the format has one")
    func streams() throws {
        let provider = try #require(try ShippedFiles.provider("gemini"))
        let endpoint = try ProviderEndpoint(.generateContent, provider: provider, baseURL: "", key: "k")
        #expect(
            endpoint.target(model: "models/gemini-3", isStreamed: true)
                == "/v1beta/models/gemini-3:streamGenerateContent?alt=sse")
    }

    @Test("a model's rule may have a path of its own")
    func modelPaths() throws {
        let provider = try #require(try ShippedFiles.provider("doubao"))
        let endpoint = try ProviderEndpoint(.chatCompletions, provider: provider, baseURL: "", key: "k")
        #expect(endpoint.target(model: "bot-7", isStreamed: false) == "/api/v3/bots/chat/completions")
    }
}
