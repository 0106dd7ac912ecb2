import Directory
import TestSupport
import Testing

@testable import ModelRelay

@Suite("Names of models")
struct ModelNameTests {
    private static let names = ModelNameMap([
        ("gpt-4", "exact"), ("gpt-4*", "claude-sonnet-4"), ("gpt-4o*", "longer"), ("vendor/*", "*"), ("*-latest", "end"),
        ("a*b", "x*y*"), ("a*", "prefix-*"), ("*a", "*-suffix"), ("literal", "*"),
    ])

    @Test(
        "The exact name, then the longest pattern; what `*` stands for is put in",
        arguments: [
            ("gpt-4", "exact"), ("gpt-4-turbo", "claude-sonnet-4"), ("gpt-4o", "longer"), ("gpt-4o-mini", "longer"),
            ("vendor/llama-3", "llama-3"), ("vendor/", nil), ("qwen-latest", "end"), ("gpt-4-latest", "end"), ("ab", "xy*"),
            ("a--b", "x--y*"), ("ac", "prefix-c"), ("ca", "c-suffix"), ("aa", "prefix-a"), ("literal", "*"), ("other", nil),
            ("", nil),
            ("vendor/größe", "größe"),
        ] as [(String, String?)])
    func resolved(name: String, expected: String?) { #expect(Self.names[name] == expected) }

    @Test("The order in which they are given doesn't matter", arguments: 0..<50 as Range<UInt64>)
    func deterministic(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pairs = ["*", "m*", "*m", "m*m", "mo*", "*om", "m*l", "*", "mod*el"].map { ($0, $0) }
        let first = ModelNameMap(Dictionary(pairs, uniquingKeysWith: { $1 }).map { ($0, "<\($1)>") })
        let other = ModelNameMap(Dictionary(pairs.shuffled(using: &random), uniquingKeysWith: { $1 }).map { ($0, "<\($1)>") })
        for name in ["m", "mm", "mom", "model", "modxel", "x", "xm", "ml", "mol", "om"] {
            #expect(first[name] == other[name])
            #expect(first[name] != nil)
        }
    }

    @Test("A channel's mapping knows patterns, and its own names count before them")
    func channelMapping() throws {
        var channel = Upstreams.fake(1)
        channel.modelMapping = ["gpt-4o": "own", "gpt-*": "up-*"]
        var contents = Snapshot.Contents()
        contents.channels = [channel]
        let served = try #require(Snapshot(contents).channel(id: 1))
        #expect(["gpt-4o", "gpt-5", "claude"].map { served.upstreamModel(for: $0) } == ["own", "up-5", "claude"])
    }

    @Test("The operator's aliases are an object of names; what isn't leads nowhere")
    func aliases() {
        let aliases = ModelAliases(option: #"{"openai/*": "*", "fast": "gpt-4o-mini", "bad": 3}"#)
        #expect(aliases.model(for: "openai/gpt-4o") == "gpt-4o")
        #expect(aliases.model(for: "fast") == "gpt-4o-mini")
        #expect(aliases.model(for: "bad") == nil)
        for text in [nil, "", "[]", "{"] { #expect(ModelAliases(option: text).model(for: "fast") == nil) }
    }
}
