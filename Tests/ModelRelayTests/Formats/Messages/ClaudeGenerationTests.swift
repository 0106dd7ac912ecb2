import Testing

@testable import ModelRelay

@Suite("The generation of Claude in a model's name")
struct ClaudeGenerationTests {
    @Test(
        "is read from every house's way of naming",
        arguments: [
            ("claude-sonnet-4-5-20250929", ClaudeGeneration(4, 5)), ("claude-3-5-haiku-20241022", ClaudeGeneration(3, 5)),
            ("claude-3-haiku-20240307", ClaudeGeneration(3, 0)), ("claude-sonnet-4-20250514", ClaudeGeneration(4, 0)),
            ("us.anthropic.claude-opus-4-6-v1:0", ClaudeGeneration(4, 6)), ("anthropic/claude-haiku-4.5", ClaudeGeneration(4, 5)),
            ("claude-opus-4-1@20250805", ClaudeGeneration(4, 1)), ("Claude-Opus-5", ClaudeGeneration(5, 0)),
            ("claude-mythos-preview", ClaudeGeneration(99, 0)), ("deepseek-chat", nil), ("MiniMax-M2", nil),
        ] as [(String, ClaudeGeneration?)])
    func names(name: String, generation: ClaudeGeneration?) { #expect(ClaudeGeneration(model: name) == generation) }
}
