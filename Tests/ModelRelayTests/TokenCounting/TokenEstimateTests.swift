import Foundation
import Testing
import Wire

@testable import ModelRelay

@Suite("Tokens of conversations")
struct TokenEstimateTests {
    private static func png(_ width: UInt32, _ height: UInt32) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52] + Self.big(width) + Self.big(height)
            + [8, 6, 0, 0, 0]
    }

    private static func big(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    private static func jpeg(_ width: UInt16, _ height: UInt16) -> [UInt8] {
        // An application segment of 100 bytes comes before the frame.
        [0xFF, 0xD8, 0xFF, 0xE1, 0, 100] + [UInt8](repeating: 7, count: 98) + [0xFF, 0xFF, 0xC2, 0, 17, 8]
            + [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255), 3, 0, 0, 0]
    }

    private static func webp(_ kind: String, _ rest: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBP\(kind)".utf8) + [10, 0, 0, 0] + rest + [UInt8](repeating: 0, count: 12)
    }

    struct Picture: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var bytes: [UInt8]
        var size: ImageHeader.Size?
        var type: String?
    }

    @Test(
        "A picture's size is in its first bytes",
        arguments: [
            Picture(testDescription: "PNG", bytes: Self.png(1200, 800), size: .init(width: 1200, height: 800), type: "image/png"),
            Picture(
                testDescription: "JPEG", bytes: Self.jpeg(640, 480), size: .init(width: 640, height: 480), type: "image/jpeg"),
            Picture(
                testDescription: "GIF", bytes: Array("GIF89a".utf8) + [0x2C, 1, 0xC8, 0, 0, 0],
                size: .init(width: 300, height: 200),
                type: "image/gif"),
            Picture(
                testDescription: "WebP", bytes: Self.webp("VP8 ", [0, 0, 0, 0x9D, 0x01, 0x2A, 0x2C, 1, 0xC8, 0]),
                size: .init(width: 300, height: 200), type: "image/webp"),
            Picture(
                testDescription: "WebP without loss", bytes: Self.webp("VP8L", [0x2F, 0x2B, 0xC1, 0x31, 0]),
                size: .init(width: 300, height: 200), type: "image/webp"),
            Picture(
                testDescription: "WebP extended", bytes: Self.webp("VP8X", [0, 0, 0, 0, 0x2B, 1, 0, 0xC7, 0, 0]),
                size: .init(width: 300, height: 200), type: "image/webp"),
            Picture(testDescription: "cut PNG", bytes: Array(Self.png(1, 1).prefix(18)), type: "image/png"),
            Picture(testDescription: "cut JPEG", bytes: Array(Self.jpeg(1, 1).prefix(40)), type: "image/jpeg"),
            Picture(
                testDescription: "broken JPEG", bytes: [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 1, 2, 3, 4, 5, 6, 7], type: "image/jpeg"),
            Picture(testDescription: "no size", bytes: Self.png(0, 0), type: "image/png"),
            Picture(testDescription: "another kind", bytes: Array("%PDF-1.7 and so on".utf8)),
            Picture(testDescription: "nothing", bytes: []),
        ])
    func sizes(picture: Picture) {
        let text = Data(picture.bytes).base64EncodedString()
        #expect(ImageHeader.size(ofBase64: text) == picture.size)
        #expect(ImageHeader.mediaType(ofBase64: text) == picture.type)
    }

    @Test(
        "A picture costs by the rules of its house",
        arguments: [
            (WireFormat.messages, 1000, 750, 1000), (.messages, 9000, 6000, 1600), (.messages, 20, 20, 1),
            (.generateContent, 300, 300, 258),
            (.generateContent, 1000, 700, 516), (.chatCompletions, 1024, 1024, 765), (.responses, 200, 200, 255),
        ] as [(WireFormat, UInt32, UInt32, Int64)])
    func pictures(format: WireFormat, width: UInt32, height: UInt32, tokens: Int64) {
        let text = Data(Self.png(width, height)).base64EncodedString()
        #expect(MediaTokens.image(base64: text, detail: nil, for: format) == tokens)
    }

    @Test("Everything that is sent counts: texts, tools, calls, results, documents, the schema of the answer")
    func everything() {
        var conversation = Conversation(model: "m")
        conversation.messages = [Message(.user, [.text("Hello there")])]
        var counts = [TokenEstimate.inputTokens(of: conversation, for: .messages)]
        let additions: [(inout Conversation) -> Void] = [
            { $0.messages.insert(Message(.system, [.text("Be brief.")]), at: 0) },
            {
                $0.tools = [
                    Tool(
                        name: "get_weather", description: "Weather.",
                        kind: .function(parameters: ["type": "object"], isStrict: nil))
                ]
            },
            {
                $0.messages.append(
                    Message(.assistant, [Block(.toolCall(ToolCall(id: "c", name: "n", arguments: "{\"place\":\"Rome\"}")))]))
            },
            { $0.messages.append(Message(.user, [Block(.toolResult(ToolResult(callID: "c", blocks: [.text("21 °C")])))])) },
            { $0.messages[1].blocks.append(Block(.image(Media(.url("https://example.com/a.png")), detail: nil))) },
            { $0.messages[1].blocks.append(Block(.document(Document(source: .blocks([.text("A fact.")]), title: "T")))) },
            { $0.messages[1].blocks.append(Block(.document(Document(source: .media(Media(.base64("AAAA"))))))) },
            { $0.outputFormat = .jsonSchema(name: "n", description: "d", schema: ["type": "object"], isStrict: true) },
        ]
        for addition in additions {
            addition(&conversation)
            counts.append(TokenEstimate.inputTokens(of: conversation, for: .messages))
        }
        #expect(zip(counts, counts.dropFirst()).allSatisfy { $0 < $1 })
        #expect(counts[0] < 12)
    }

    @Test("A conversation to be counted needs no limit, and goes to an upstream without what concerns its answer")
    func messagesBodies() throws {
        let body: JSON = [
            "model": "claude-sonnet-4-5", "messages": [["role": "user", "content": "Hi"]], "system": "Be brief.",
            "thinking": ["type": "enabled", "budget_tokens": 1024],
        ]
        let conversation = try MessagesTokenCount.conversation(body)
        var losses = Losses()
        let target = EncodingTarget(model: "claude-sonnet-4-5", client: MessagesCodec.self)
        let request = try MessagesTokenCount.request(conversation, for: target, losses: &losses)
        #expect(request == body)
        #expect(try MessagesTokenCount.tokens(MessagesTokenCount.body(tokens: 17)) == 17)
        #expect(throws: FormatFault.self) { try MessagesTokenCount.tokens(["input_tokens": -1]) }
        let error = try #require(throws: RelayError.self) { try MessagesTokenCount.conversation(["model": "m"]) }
        #expect(error.parameter == "messages")
    }

    @Test("Responses' count takes what concerns the input, and answers with its own object")
    func responsesBodies() throws {
        let request: JSON = [
            "model": "gpt-5", "input": "Hi", "max_output_tokens": 9, "stream": true, "store": true, "reasoning": [:],
        ]
        #expect(ResponsesTokenCount.request(of: request) == ["model": "gpt-5", "input": "Hi", "reasoning": [:]])
        #expect(ResponsesTokenCount.body(tokens: 3) == ["object": "response.input_tokens", "input_tokens": 3])
        #expect(try ResponsesTokenCount.tokens(ResponsesTokenCount.body(tokens: 3)) == 3)
        #expect(throws: FormatFault.self) { try ResponsesTokenCount.tokens(["error": ["message": "no"]]) }
    }
}
