import Testing
import Wire

@testable import ModelRelay

@Suite("The simulator's answers to what is no conversation")
struct SimulatorEndpointTests {
    private func vectors(_ json: JSON) -> [[Double]] {
        (json["data"]?.arrayValue ?? []).map { ($0["embedding"]?.arrayValue ?? []).compactMap(\.doubleValue) }
    }

    private func product(_ left: [Double], _ right: [Double]) -> Double { zip(left, right).reduce(0) { $0 + $1.0 * $1.1 } }

    @Test("Embeddings have length 1, and texts that share words are nearer to each other")
    func embeddings() throws {
        let texts: JSON = ["the cat sat on the mat", "the cat sat on a chair", "stock prices fell sharply"]
        let body: JSON = ["model": "m", "input": texts, "dimensions": 256]
        let vectors = self.vectors(try Simulations.json(.embeddings, body).json)
        #expect(vectors.map(\.count) == [256, 256, 256])
        for vector in vectors { #expect(abs(self.product(vector, vector) - 1) < 1e-3) }
        #expect(self.product(vectors[0], vectors[1]) > self.product(vectors[0], vectors[2]) + 0.3)
        #expect(self.vectors(try Simulations.json(.embeddings, body).json) == vectors)
    }

    @Test("Sizes are the client's, else the configuration's; an answer is bounded")
    func dimensions() throws {
        let body: JSON = ["model": "m", "input": "a"]
        #expect(self.vectors(try Simulations.json(.embeddings, body).json).map(\.count) == [8])
        #expect(self.vectors(try Simulations.json(.embeddings, body, ["embedding": ["dimensions": 3]]).json).map(\.count) == [3])
        let many: JSON = ["model": "m", "input": .array(Array(repeating: "a", count: 2000)), "dimensions": 100_000]
        #expect(try Simulations.json(.embeddings, many).status == 400)
        let based = try Simulations.json(
            .embeddings, ["model": "m", "input": ["a", "b"]], ["embedding": ["base": "same"]]
        ).json
        #expect(self.vectors(based)[0] == self.vectors(based)[1])
        #expect(try Simulations.json(.embeddings, ["model": "m", "input": [1, 2, 3]]).json["usage"]?["prompt_tokens"] == 3)
        let encoded = try Simulations.json(.embeddings, ["model": "m", "input": "a", "encoding_format": "base64"]).json
        #expect(encoded["data"]?[0]?["embedding"]?.stringValue?.utf8.count == 44)
    }

    @Test("Gemini's shape has the same vectors")
    func gemini() throws {
        let one = try Simulations.json(.embedContent, ["content": ["parts": [["text": "a b"]]], "outputDimensionality": 4]).json
        let other = try Simulations.json(.embeddings, ["model": "m", "input": "a b", "dimensions": 4]).json
        #expect(one["embedding"]?["values"] == other["data"]?[0]?["embedding"])
        let batch = try Simulations.json(
            .embedContent, ["requests": [["model": "models/m", "content": ["parts": [["text": "a"]]]]]])
        #expect(batch.json["embeddings"]?.arrayValue?.count == 1)
    }

    @Test("Documents are ranked by the question's words")
    func rerank() throws {
        let body: JSON = [
            "model": "m", "query": "red apple", "documents": ["a blue car", ["text": "a red apple"], "the red car"], "top_n": 2,
            "return_documents": true,
        ]
        let answer = try Simulations.json(.rerank, body).json
        #expect(answer["results"]?.arrayValue?.map { $0["index"]?.intValue } == [1, 2])
        #expect(answer["results"]?.arrayValue?.map { $0["relevance_score"]?.doubleValue } == [1, 0.5])
        #expect(answer["results"]?[0]?["document"]?["text"] == "a red apple")
        #expect(answer["usage"]?["total_tokens"]?.int64Value == 11)
        let scored = try Simulations.json(.rerank, body, ["rerank": ["base_score": 0.9, "step": 0.2]]).json
        #expect(scored["results"]?.arrayValue?.map { $0["relevance_score"]?.doubleValue } == [0.9, 0.7])
    }

    @Test(
        "Texts are flagged by configured words",
        arguments: [
            ("all is well", [:], false), ("all is BAD", ["moderation": ["words": ["bad"]]], true),
            ("all is well", ["moderation": ["flagged": true, "category": "hate"]], true),
        ] as [(JSON, JSON, Bool)])
    func moderations(input: JSON, configuration: JSON, isFlagged: Bool) throws {
        for input in [input, [input], [["type": "text", "text": input]]] as [JSON] {
            let result = try Simulations.json(.moderations, ["input": input], configuration).json["results"]?[0]
            #expect(result?["flagged"]?.boolValue == isFlagged)
            let category = configuration["moderation"]?["category"]?.stringValue ?? "violence"
            #expect(result?["categories"]?[category]?.boolValue == isFlagged)
            #expect(result?["categories"]?.objectValue?.count == result?["category_scores"]?.objectValue?.count)
        }
    }

    @Test("Tokens are counted as an answer's usage tells them")
    func counts() throws {
        let messages: JSON = ["model": "m", "messages": [["role": "user", "content": "twelve bytes"]]]
        #expect(try Simulations.json(.countTokens, messages).json == ["input_tokens": 3])
        let contents: JSON = ["contents": [["role": "user", "parts": [["text": "twelve bytes"]]]]]
        #expect(try Simulations.json(.geminiCountTokens, contents).json["totalTokens"]?.int64Value == 3)
        #expect(try Simulations.json(.countTokens, messages, ["usage": ["input_tokens": 77]]).json == ["input_tokens": 77])
    }
}
