import Testing
import Wire

@Suite("Bounds of YAML") struct YAMLLimitsTests {
    private func code(_ text: String, _ limits: YAMLLimits = .standard) -> YAMLError.Code? {
        do {
            _ = try YAML.parse(text, limits: limits)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("a text over the limit is refused before it is read") func bytes() {
        #expect(code("a: 1", YAMLLimits(maximumBytes: 4)) == nil)
        #expect(code("a: 12", YAMLLimits(maximumBytes: 4)) == .tooLarge)
    }

    @Test("nesting is bounded, in both styles") func depth() {
        func flow(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        func block(_ depth: Int) -> String { String(repeating: "- ", count: depth) + "x" }
        #expect(code(flow(128)) == nil && code(block(128)) == nil)
        #expect(code(flow(129)) == .tooDeep && code(block(129)) == .tooDeep)
        #expect(code(String(repeating: "[", count: 100_000)) == .tooDeep)
        #expect(code(String(repeating: "{a: ", count: 500), YAMLLimits(maximumDepth: 20)) == .tooDeep)
    }

    @Test("depth counts through aliases") func aliasDepth() {
        let text = "a: &a [[x]]\nb: &b [[*a]]\nc: [[*b]]\n"
        #expect(code(text, YAMLLimits(maximumDepth: 7)) == nil)
        #expect(code(text, YAMLLimits(maximumDepth: 6)) == .tooDeep)
    }

    @Test("a document that explodes when its aliases are expanded is refused") func billionLaughs() {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1..<12 {
            text += "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",") + "]\n"
        }
        #expect(code(text) == .tooLarge)
    }

    @Test("so is one that explodes by merging") func mergedLaughs() {
        var text = "a0: &a0 {x: 1, y: 2}\n"
        for level in 1..<30 { text += "a\(level): &a\(level) {k\(level): *a\(level - 1), <<: *a\(level - 1)}\n" }
        #expect(code(text) == .tooLarge)
    }

    @Test("values and aliases are counted") func counts() {
        #expect(code("[1, 2, 3]", YAMLLimits(maximumValues: 4)) == nil)
        #expect(code("[1, 2, 3, 4]", YAMLLimits(maximumValues: 4)) == .tooLarge)
        #expect(code("[&a 1, *a, *a]", YAMLLimits(maximumAliases: 2)) == nil)
        #expect(code("[&a 1, *a, *a, *a]", YAMLLimits(maximumAliases: 2)) == .tooManyAliases)
    }

    @Test("tag directives are bounded: each costs as much as there are others") func tagDirectives() {
        func text(_ count: Int) -> String { (0..<count).map { "%TAG !a\($0)! tag:x\n" }.joined() + "---\na" }
        #expect(code(text(64)) == nil)
        #expect(code(text(65)) == .tooLarge)
        #expect(code("a\n...\n" + text(65)) == .tooLarge)
        #expect(code(text(65).replacing("\n", with: "\u{85}")) == .tooLarge)
    }

    @Test("a changed byte never crashes, and what is accepted is JSON", arguments: UInt64(0)..<20) func mutations(seed: UInt64)
        throws
    {
        var random = SeededGenerator(seed: seed)
        let original = Array(
            "%YAML 1.2\n---\na: &x {b: [1, 'two', \"thr\\u0065e\"], c: !!str 4}\nd: |\n  text\ne: *x\nf: {<<: *x, g: 0x1F}\n? h\n: ~\n"
                .utf8)
        for _ in 0..<150 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = random.pick(
                    Array("&*{}[]:,-?!|>'\"\n\t #%<ax1\0".utf8) + [0xFF])
            }
            do {
                let document = try YAML.parse(bytes)
                #expect(try JSON.parse(document.root.serializedBytes()) == document.root)
            } catch let error as YAMLError {
                #expect(error.location.line >= 1)
            }
        }
    }
}
