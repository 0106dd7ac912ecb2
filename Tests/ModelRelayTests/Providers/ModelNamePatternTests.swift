import Testing

@testable import ModelRelay

@Suite("Patterns for names of models")
struct ModelNamePatternTests {
    @Test(
        "a star stands for any text, and case doesn't matter",
        arguments: [
            ("gpt-4o", "gpt-4o", true), ("GPT-4o", "gpt-4O", true), ("gpt-4o", "gpt-4o-mini", false), ("gpt-*", "gpt-", true),
            ("gpt-*-pro", "gpt-5-pro", true), ("gpt-*-pro", "gpt-5-pro-x", false), ("*", "", true), ("", "", true),
            ("", "a", false),
            ("*codex*", "gpt-5.1-codex-max", true), ("a*b*c", "aXbXbc", true), ("a*b*c", "acb", false), ("**", "x", true),
            ("a.c", "abc", false), ("é*", "école", true),
        ])
    func matches(pattern: String, name: String, expected: Bool) {
        #expect(ModelNamePattern(pattern).matches(name) == expected)
    }

    @Test("a pattern of many stars takes no longer for it")
    func hostile() {
        let pattern = ModelNamePattern(String(repeating: "a*", count: 200) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 5000)))
    }
}
