import Testing
import Wire

@testable import ModelRelay

@Suite("Gemini's countTokens")
struct GeminiTokenCountTests {
    @Test(
        "Contents alone and a whole request are both conversations",
        arguments: [
            #"{"contents":[{"parts":[{"text":"a"}]}]}"#,
            #"{"generate_content_request":{"model":"models/x","contents":[{"parts":[{"text":"a"}]}]}}"#,
        ])
    func conversation(text: String) throws {
        let conversation = try GeminiTokenCount.conversation(
            GenerateContentGoldens.json(text), endpoint: EndpointPath(model: "m", isStreamed: false))
        #expect(conversation.model == "m")
        #expect(conversation.messages == [Message(.user, [.text("a")])])
        var losses = Losses()
        let asked = try GeminiTokenCount.request(
            conversation, for: GenerateContentGoldens.target("up", client: GenerateContentCodec.self), losses: &losses)
        #expect(
            asked == [
                "generateContentRequest": ["model": "models/up", "contents": [["role": "user", "parts": [["text": "a"]]]]]
            ])
    }

    @Test(
        "What is wrong is told by its place",
        arguments: [
            (#"{}"#, "contents"), (#"{"generateContentRequest":{}}"#, "contents"),
            (#"{"generateContentRequest":1}"#, "generateContentRequest"),
            (#"{"contents":[],"generateContentRequest":{}}"#, "contents"),
        ])
    func wrong(text: String, place: String) throws {
        let error = try #require(throws: RelayError.self) {
            try GeminiTokenCount.conversation(GenerateContentGoldens.json(text), endpoint: EndpointPath(model: "m"))
        }
        #expect(error.parameter == place)
    }

    @Test("The count is read and written")
    func count() throws {
        #expect(try GeminiTokenCount.count(inAnswer: GeminiTokenCount.body(count: 12)) == 12)
        #expect(throws: FormatFault.self) { try GeminiTokenCount.count(inAnswer: [:]) }
    }
}
