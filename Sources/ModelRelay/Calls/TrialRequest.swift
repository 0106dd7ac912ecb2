internal import NIOCore
internal import Wire

/// The smallest request of a kind, with which a channel is tried.
enum TrialRequest {
    static func body(_ format: WireFormat, model: String) -> ByteBuffer {
        let said: JSON = [["role": "user", "content": "hi"]]
        let name = JSON.string(model)
        let parts: JSON = ["parts": [["text": "hi"]]]
        let body: JSON =
            switch format {
            case .chatCompletions: ["model": name, "messages": said, "max_tokens": 16]
            case .completions: ["model": name, "prompt": "hi", "max_tokens": 16]
            case .responses: ["model": name, "input": "hi", "max_output_tokens": 16]
            case .messages: ["model": name, "messages": said, "max_tokens": 16]
            case .countTokens: ["model": name, "messages": said]
            case .generateContent, .geminiCountTokens: ["contents": [["role": "user", "parts": [["text": "hi"]]]]]
            case .embeddings, .moderations, .inputTokens: ["model": name, "input": "hi"]
            case .embedContent: ["content": parts]
            case .rerank: ["model": name, "query": "hi", "documents": ["hi"]]
            }
        return ByteBuffer(bytes: body.serializedBytes())
    }
}
