import Testing
import Wire

@testable import ModelRelay

@Suite("Keys of providers")
struct ProviderKeyTests {
    @Test(
        "a key of one of the forms authenticates, and its parts go where they belong",
        arguments: [
            ("openai", "sk-1|2:3", ["Authorization": "Bearer sk-1|2:3"]), ("openai", "", [:]), ("ollama", "", [:]),
            ("xunfei", "a:b:c", ["Authorization": "Bearer a:b:c"]), ("minimax", "k|g", ["Authorization": "Bearer k"]),
            ("minimax", "k", ["Authorization": "Bearer k"]), ("cloudflare", "a|t", ["Authorization": "Bearer t"]),
            ("qianfan", "bce-v3/a/b", ["Authorization": "Bearer bce-v3/a/b"]),
            ("anthropic", "sk", ["x-api-key": "sk", "anthropic-version": "2023-06-01"]),
            ("deepseek", "sk", ["Authorization": "Bearer sk"]), ("gemini", "AI", ["x-goog-api-key": "AI"]), ("fake", "x", [:]),
        ] as [(String, String, [String: String])])
    func good(provider: String, key: String, headers: [String: String]) throws {
        let provider = try #require(try ShippedFiles.provider(provider))
        let format = try #require(provider.formats.first)
        let endpoint = try ProviderEndpoint(format, provider: provider, baseURL: "", key: key)
        #expect(Dictionary(endpoint.headers.map { ($0.name, $0.value) }) { _, _ in "twice" } == headers)
    }

    @Test("a format may have an authentication of its own")
    func perFormat() throws {
        let provider = try #require(try ShippedFiles.provider("deepseek"))
        let endpoint = try ProviderEndpoint(.messages, provider: provider, baseURL: "", key: "sk")
        #expect(endpoint.headers.map { "\($0.name): \($0.value)" } == ["anthropic-version: 2023-06-01", "x-api-key: sk"])
    }

    @Test(
        "a key of another form is refused with what was expected, never with the key",
        arguments: [
            ("anthropic", "", "expected a key that isn't empty"), ("fake", "", "expected a key that isn't empty"),
            ("xunfei", "topsecret", "expected <api_key>:<api_secret>"),
            ("xunfei", "topsecret:", "expected <api_key>:<api_secret>"),
            ("minimax", "topsecret|", "expected <key>|<group_id>, or a key"),
            ("minimax", "a|topsecret|c", "expected <key>|<group_id>, or a key"),
            ("qianfan", "topsecret", "expected bce-v3/<access_key>/<secret_key>"),
            ("qianfan", "bce-v3/topsecret", "expected bce-v3/<access_key>/<secret_key>"),
            ("openai", "topsecret\n", "expected a text without line breaks"),
            ("openai", "topsecr\u{e9}t", "expected a text without"),
        ])
    func bad(provider: String, key: String, problem: String) throws {
        let provider = try #require(try ShippedFiles.provider(provider))
        let fault = #expect(throws: ChannelFault.self) { try provider.check(baseURL: "", key: key, configs: [:]) }
        #expect(fault?.place == "key")
        #expect(fault?.problem.hasPrefix(problem) == true, "\(fault as Any)")
        #expect(fault?.description.contains("topsecret") == false)
    }

    @Test("settings are held against the provider's schema, and may go into a header")
    func configs() throws {
        let qianfan = try #require(try ShippedFiles.provider("qianfan"))
        let endpoint = try ProviderEndpoint(
            .chatCompletions, provider: qianfan, baseURL: "", key: "bce-v3/a/b", configs: ["appid": "app-1"])
        #expect(endpoint.headers.contains { $0.name == "appid" && $0.value == "app-1" })
        func problem(_ name: String, _ configs: JSONObject) throws -> String? {
            let provider = try #require(try ShippedFiles.provider(name))
            do throws(ChannelFault) { try provider.check(baseURL: "", key: "bce-v3/a/b", configs: configs) } catch {
                return error.place
            }
            return nil
        }
        #expect(try problem("qianfan", ["appid": 1]) == "configs.appid")
        #expect(try problem("qianfan", ["appid": "a\r\nb: c"]) == "configs.appid")
        #expect(try problem("fake", ["delay_ms": "soon"]) == "configs.delay_ms")
        #expect(try problem("fake", ["delay_ms": 5, "unknown": true]) == nil)
        #expect(try problem("openai", ["anything": [1]]) == nil)
    }

    @Test(
        "what is no form is none",
        arguments: ["", "key", "{}", "{key", "{a}{b}", "{A}", "{a b}"])
    func forms(text: String) {
        #expect(!ProviderKey.isForm(text))
    }
}
