import Ledger
import NIOHTTP1
import Testing
import Wire

@testable import ModelRelay

@Suite("Embeddings in both formats")
struct EmbeddingsTests {
    private typealias OpenAI = EmbeddingsOpenAICodec
    private typealias Gemini = EmbedContentCodec
    private static let path = EndpointPath(model: "models/e")

    @Test(
        "OpenAI's request is read in all its forms and written back the same",
        arguments: [
            #"{"model":"e","input":"a"}"#, #"{"model":"e","input":["a"],"dimensions":3,"encoding_format":"base64","user":"u"}"#,
            #"{"model":"e","input":[1,2,3]}"#, #"{"model":"e","input":[[1],[2,3]],"input_type":"query"}"#,
        ])
    func openAI(text: String) throws {
        let body = GenerateContentGoldens.json(text)
        var losses = Losses()
        let request = try OpenAI.request(body, endpoint: EndpointPath())
        #expect(try OpenAI.body(of: request, model: "e", client: OpenAI.self, losses: &losses) == body)
        #expect(losses.isEmpty)
    }

    @Test("Gemini's batch is read and written back the same; a single request becomes a batch of one")
    func gemini() throws {
        let batch = GenerateContentGoldens.json(
            """
            {"requests":[{"model":"models/e","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_DOCUMENT","title":"t",
               "outputDimensionality":8},{"model":"models/e","content":{"parts":[{"text":"b"},{"inlineData":{"mimeType":"image/png","data":"AA=="}}]},
               "taskType":"RETRIEVAL_DOCUMENT","title":"t","outputDimensionality":8}]}
            """)
        var losses = Losses()
        let request = try Gemini.request(batch, endpoint: Self.path)
        #expect(request.model == "e")
        #expect(request.inputs.count == 2)
        #expect(!request.isSingle)
        #expect(try Gemini.body(of: request, model: "e", client: Gemini.self, losses: &losses) == batch)
        let single = try Gemini.request(
            GenerateContentGoldens.json(#"{"content":{"parts":[{"text":"a"}]},"output_dimensionality":"4"}"#), endpoint: Self.path
        )
        #expect(single.isSingle)
        #expect(
            try Gemini.body(of: single, model: "up", client: Gemini.self, losses: &losses)
                == ["requests": [["model": "models/up", "outputDimensionality": 4, "content": ["parts": [["text": "a"]]]]]])
        #expect(losses.isEmpty)
    }

    @Test("A request of one format reaches an upstream of the other, and what it can't be told is said")
    func across() throws {
        var losses = Losses()
        let asked = try OpenAI.request(
            ["model": "e", "input": ["a", "b"], "dimensions": 2, "user": "u", "input_type": "q"], endpoint: EndpointPath())
        #expect(
            try Gemini.body(of: asked, model: "g", client: OpenAI.self, losses: &losses)
                == [
                    "requests": [
                        ["model": "models/g", "outputDimensionality": 2, "content": ["parts": [["text": "a"]]]],
                        ["model": "models/g", "outputDimensionality": 2, "content": ["parts": [["text": "b"]]]],
                    ]
                ])
        #expect(losses.features == [.user])
        #expect(losses.members == ["input_type"])
        var others = Losses()
        let native = try Gemini.request(
            ["content": ["parts": [["text": "a"], ["text": "b"]]], "taskType": "CLUSTERING"], endpoint: Self.path)
        #expect(try OpenAI.body(of: native, model: "o", client: Gemini.self, losses: &others) == ["model": "o", "input": "ab"])
        #expect(others.members == ["taskType"])
    }

    @Test("Inputs that an upstream can't be asked for are refused by the client's name")
    func refused() throws {
        var losses = Losses()
        let tokens = try OpenAI.request(["model": "e", "input": [1]], endpoint: EndpointPath())
        let first = try #require(throws: RelayError.self) {
            try Gemini.body(of: tokens, model: "g", client: OpenAI.self, losses: &losses)
        }
        #expect(first.parameter == "input")
        let picture = try Gemini.request(
            ["content": ["parts": [["inlineData": ["mimeType": "image/png", "data": "AA=="]]]]], endpoint: Self.path)
        let second = try #require(throws: RelayError.self) {
            try OpenAI.body(of: picture, model: "o", client: Gemini.self, losses: &losses)
        }
        #expect(second.parameter == "content")
    }

    @Test(
        "What is wrong is told by its place",
        arguments: [
            (#"{"input":"a"}"#, "model", true), (#"{"model":"e"}"#, "input", true), (#"{"model":"e","input":[]}"#, "input", true),
            (#"{"model":"e","input":{}}"#, "input", true), (#"{"model":"e","input":["a",1]}"#, "input[1]", true),
            (#"{"model":"e","input":[[1],[]]}"#, "input[1]", true), (#"{"model":"e","input":[[1],["a"]]}"#, "input[1][0]", true),
            (#"{"model":"e","input":"a","dimensions":0}"#, "dimensions", true),
            (#"{"model":"e","input":"a","encoding_format":"hex"}"#, "encoding_format", true),
            (#"{}"#, "content", false), (#"{"content":{"parts":[]}}"#, "content.parts", false),
            (#"{"requests":[]}"#, "requests", false),
            (#"{"requests":[{"content":{"parts":[{"text":"a"}]}},{}]}"#, "requests[1].content", false),
            (
                #"{"requests":[{"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"a"}]},"taskType":"CLUSTERING"}]}"#,
                "requests[1]", false
            ),
        ])
    func wrong(text: String, place: String, isOpenAI: Bool) throws {
        let body = GenerateContentGoldens.json(text)
        let error = try #require(throws: RelayError.self) {
            if isOpenAI {
                _ = try OpenAI.request(body, endpoint: EndpointPath())
            } else {
                _ = try Gemini.request(body, endpoint: Self.path)
            }
        }
        #expect(error.status == .badRequest)
        #expect(error.parameter == place)
    }

    @Test("Numbers and Base64 are the same vector, whichever the upstream gave and the client wants")
    func vectors() throws {
        let numbers: JSON = [0.5, -1, 0.1, 3.4028235e+38]
        let text = "AAAAPwAAgL/NzMw9//9/fw=="
        let fromNumbers = EmbeddingsAnswer.Vector.numbers(numbers.arrayValue ?? [])
        #expect(fromNumbers.base64() == text)
        let back = try EmbeddingsAnswer.Vector.base64(text).numbers()
        #expect(back.map(\.doubleValue) == [0.5, -1, 0.1, 3.4028235e+38])
        #expect(throws: FormatFault.self) { try EmbeddingsAnswer.Vector.base64("AAA=").numbers() }
        // Not-a-number can't be written in JSON.
        #expect(throws: FormatFault.self) { try EmbeddingsAnswer.Vector.base64("AADAfw==").numbers() }
    }

    @Test("Answers cross the formats with their order and usage")
    func answers() throws {
        let openAI: JSON = [
            "object": "list", "model": "o", "usage": ["prompt_tokens": 4, "total_tokens": 4],
            "data": [
                ["object": "embedding", "index": 1, "embedding": [2]], ["object": "embedding", "index": 0, "embedding": [1]],
            ],
        ]
        let answer = try OpenAI.answer(openAI)
        #expect(answer.usage?.input == 4)
        var request = EmbeddingsRequest(model: "asked", inputs: [.text("a"), .text("b")])
        let reply = GenerateContentGoldens.reply
        #expect(
            try Gemini.body(of: answer, to: request, reply: reply)
                == [
                    "embeddings": [["values": [1]], ["values": [2]]],
                    "usageMetadata": ["promptTokenCount": 4, "totalTokenCount": 4],
                ])
        request.isSingle = true
        let gemini: JSON = ["embeddings": [["values": [0.5]]]]
        let single = try Gemini.answer(gemini)
        #expect(try Gemini.body(of: single, to: request, reply: reply) == ["embedding": ["values": [0.5]]])
        request.encoding = .base64
        #expect(
            try OpenAI.body(of: single, to: request, reply: reply)
                == [
                    "object": "list", "model": "asked", "usage": ["prompt_tokens": 0, "total_tokens": 0],
                    "data": [["object": "embedding", "index": 0, "embedding": "AAAAPw=="]],
                ])
    }

    @Test(
        "What is no answer is a fault",
        arguments: ["{}", #"{"data":[{}]}"#, #"{"data":[{"embedding":["a"]}]}"#, #"{"embeddings":[{}]}"#])
    func faults(text: String) {
        let body = GenerateContentGoldens.json(text)
        #expect(throws: FormatFault.self) { try OpenAI.answer(body) }
        #expect(throws: FormatFault.self) { try Gemini.answer(body) }
    }
}
