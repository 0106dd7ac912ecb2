import Testing

@testable import Wire

@Suite("patterns")
struct PatternTests {
    private func isFound(_ pattern: String, _ text: String) throws -> Bool {
        var work = 1_000_000
        let isFound = try Pattern(pattern, maximumInstructions: 4096).isFound(in: text, work: &work)
        #expect(isFound != nil, "the work was not enough")
        return isFound ?? false
    }

    @Test(
        "are found",
        arguments: [
            ("", ""), ("", "a"), ("b", "abc"), ("^abc$", "abc"), ("a|b|", "c"), ("^(?:ab)*$", "abab"), ("^(?<n>a)$", "a"),
            ("^a{2}$", "aa"),
            ("^a{2,}$", "aaaa"), ("^a{1,3}?$", "aaa"), ("^[^a-c]$", "d"), ("^[\\]\\-^]+$", "]-^"), ("[^]", "\n"), ("^.$", "😀"),
            (#"^\d\D\w\W\s\S$"#, "1a_- x"), (#"\bfoo\b"#, "a foo b"), (#"\Boo"#, "foo"),
            (#"^\u0061\x62\u{63}\cJ\t\/$"#, "abc\n\t/"),
            (#"^\ud83d\ude00$"#, "😀"), (#"^\p{L}+$"#, "aéЖ漢"), (#"^\P{Lu}$"#, "a"), (#"^[\p{Nd}_]+$"#, "1٣_"),
            (#"^\p{Letter}\p{gc=Lu}$"#, "aB"),
            (#"^[\w-.]+$"#, "a-.b"), ("a{", "a{"), ("a{,2}", "a{,2}"), ("^(a*)*$", "aaa"), ("^(|a)+$", "aa"), ("^(a{0}){5}$", ""),
            ("x^|a", "a"),
            (#"^\s$"#, "\u{FEFF}"), (#"^[\b]$"#, "\u{8}"), ("]", "]"), (#"^\-$"#, "-"),
        ])
    func found(pattern: String, text: String) throws { #expect(try isFound(pattern, text)) }

    @Test(
        "are not found",
        arguments: [
            ("[]", "x"), ("^abc$", "abcd"), ("^abc$", "abc\n"), ("a{3}", "aa"), ("^a{2,3}$", "aaaa"), (".", "\n"),
            (".", "\u{2028}"), (#"\d"#, "٣"), (#"\w"#, "é"),
            (#"\bfoo\b"#, "afoo"), (#"\p{Lu}"#, "a"), ("^[a-c]+$", "abd"), ("a^", "a"), ("$a", "a"), ("^é$", "e\u{301}"),
            (#"\S"#, "\u{00A0}\u{3000}"),
        ])
    func notFound(pattern: String, text: String) throws { #expect(try !isFound(pattern, text)) }

    @Test(
        "that are none, or are not supported, say why",
        arguments: [
            ("(", "without its )"), (")", "without its ("), ("[a", "without its ]"), ("a**", "nothing before"),
            ("+", "nothing before"),
            ("{2}", "nothing before"), ("a{3,2}", "out of order"), ("[b-a]", "out of order"), ("\\", "backslash"),
            (#"\a"#, "means nothing"),
            (#"\u12"#, "hexadecimal"), (#"\u{110000}"#, "code point"), (#"\p{Greek}"#, "property"), (#"\pL"#, "property"),
            ("(?=a)", "ahead"), ("(?<=a)", "behind"),
            (#"(a)\1"#, "back"), ("(?i:a)", "kind of group"), ("a{99999}", "10000"), ("(a{100}){100}", "too large"),
            ("^*", "assertion"),
        ])
    func faults(pattern: String, reason: String) {
        do throws(PatternFault) {
            _ = try Pattern(pattern, maximumInstructions: 4096)
            Issue.record("\(pattern) was accepted")
        } catch {
            #expect(error.message.contains(reason), "\(error.message)")
        }
    }

    @Test("work is bounded by the pattern's size times the text's length")
    func work() throws {
        let pattern = try Pattern("^(a|b|ab)*c$", maximumInstructions: 4096)
        var work = 10_000_000
        #expect(pattern.isFound(in: String(repeating: "ab", count: 5000), work: &work) == false)
        #expect(10_000_000 - work <= (pattern.instructions.count * 2 + 1) * 10_001)
        work = 100
        #expect(pattern.isFound(in: String(repeating: "ab", count: 5000), work: &work) == nil)
    }
}
