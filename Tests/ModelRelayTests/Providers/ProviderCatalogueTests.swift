import Testing

@testable import ModelRelay

@Suite("The provider catalogue")
struct ProviderCatalogueTests {
    @Test("Every file that ships is understood, and named for its provider")
    func shipped() throws {
        let files = try Templates.providers()
        let catalogue = try ProviderCatalogue(files: files)
        #expect(catalogue.all.count == files.count)
        for (path, text) in files {
            let provider = try #require(try ProviderCatalogue(files: [(path, text)]).all.first)
            #expect(path == provider.name + ".yaml")
            #expect(!provider.paths.isEmpty)
            #expect(!provider.keyHelp.isEmpty)
        }
        #expect(catalogue[1]?.name == "openai")
        #expect(catalogue[53]?.transport == .fake)
        #expect(catalogue[55]?.transport == .fakeError)
        #expect(catalogue[-1] == nil)
    }

    private static let good = "name: x\ntype: 9\nbaseURL: https://h/v1\nauthentication: bearer\n"

    @Test("A provider says how it is spoken to")
    func members() throws {
        let provider = try ProviderCatalogue(
            files: [
                (
                    "x.yaml",
                    Self.good.replacing("bearer", with: "\"header:x-api-key\"")
                        + "keyHelp: A key\npaths:\n  chat-completions: /c\n"
                )
            ])[9]
        #expect(provider?.authentication == .header("x-api-key"))
        #expect(provider?.transport == .http)
        #expect(provider?.paths == [.chatCompletions: "/c"])
        #expect(provider?.baseURL == "https://h/v1")
    }

    @Test(
        "A mistake is told with its file and member",
        arguments: [
            ("", "a provider is a mapping"), ("- a\n", "a provider is a mapping"),
            (good.replacing("name: x\n", with: ""), "`name`"),
            (good.replacing("name: x", with: "name: 7"), "`name`"), (good.replacing("type: 9", with: "type: nine"), "`type`"),
            (good.replacing("type: 9", with: "type: 1.5"), "`type`"), (good.replacing("https://h/v1", with: "h/v1"), "`baseURL`"),
            (good.replacing("bearer", with: "basic"), "`authentication`"),
            (good.replacing("bearer", with: "\"header:\""), "`authentication`"),
            (good.replacing("bearer", with: "\"header:x y\""), "`authentication`"), (good + "transport: pigeon\n", "`transport`"),
            (good + "paths:\n  chat: /c\n", "`paths`"), (good + "paths:\n  chat-completions: c\n", "`paths`"),
            (good + "path:\n  chat-completions: /c\n", "`path`"), (good + "name: [", "x.yaml"),
        ])
    func mistakes(text: String, named: String) {
        let error = #expect(throws: ProviderError.self) { try ProviderCatalogue(files: [("x.yaml", text)]) }
        #expect(error?.description.hasPrefix("x.yaml: ") == true)
        #expect(error?.description.contains(named) == true)
    }

    @Test("Two files can't claim one number")
    func twice() {
        let error = #expect(throws: ProviderError.self) {
            try ProviderCatalogue(files: [("a.yaml", Self.good), ("b.yaml", Self.good.replacing("name: x", with: "name: y"))])
        }
        #expect(error?.description == "b.yaml: type 9 is x's already")
    }
}
