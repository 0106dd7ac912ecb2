import Testing
import Wire

@testable import ModelRelay

/// Conversations that together say all that a request of this format can say.
enum GenerateContentGoldens {
    static func json(_ text: String) -> JSON {
        do { return try JSON.parse(text) } catch {
            Issue.record("the fixture is no JSON: \(error)")
            return .null
        }
    }

    static let conversations: [(name: String, text: String)] = [
        (
            "plain, with every setting",
            """
            {"systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Be kind."}]},
             "contents":[{"role":"user","parts":[{"text":"Hello"}]},{"role":"model","parts":[{"text":"Hi"}]},
                         {"role":"user","parts":[{"text":"Why?"},{"text":"And how?"}]}],
             "generationConfig":{"candidateCount":2,"stopSequences":["END","STOP"],"maxOutputTokens":100,"temperature":0.5,"topP":0.9,
               "topK":40,"seed":7,"presencePenalty":0.1,"frequencyPenalty":-0.2,"responseLogprobs":true,"logprobs":3,
               "thinkingConfig":{"thinkingBudget":1024,"includeThoughts":true},"responseModalities":["TEXT"],
               "mediaResolution":"MEDIA_RESOLUTION_LOW","enableEnhancedCivicAnswers":true},
             "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_NONE"}],
             "cachedContent":"cachedContents/abc","labels":{"team":"a"},"serviceTier":"flex","store":false,"continuationToken":"AA=="}
            """
        ),
        (
            "files of all kinds and places",
            """
            {"contents":[{"role":"user","parts":[
              {"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="},"mediaResolution":{"level":"MEDIA_RESOLUTION_HIGH"}},
              {"fileData":{"mimeType":"image/jpeg","fileUri":"https://example.com/a.jpg"},
               "mediaResolution":{"level":"MEDIA_RESOLUTION_ULTRA_HIGH"}},
              {"fileData":{"mimeType":"image/webp","fileUri":"https://generativelanguage.googleapis.com/v1beta/files/abc"}},
              {"inlineData":{"mimeType":"audio/wav","data":"UklGRg=="}},
              {"fileData":{"mimeType":"video/mp4","fileUri":"https://www.youtube.com/watch?v=abc"},
               "videoMetadata":{"startOffset":"1s","endOffset":"5s","fps":1.0}},
              {"inlineData":{"mimeType":"application/pdf","data":"JVBERi0=","displayName":"a.pdf"}},
              {"fileData":{"mimeType":"application/pdf","fileUri":"gs://bucket/a.pdf"},"partMetadata":{"k":"v"}},
              {"text":"What are these?"}]}]}
            """
        ),
        (
            "tools, parallel calls and their results",
            """
            {"contents":[{"role":"user","parts":[{"text":"Weather in A and B?"}]},
              {"role":"model","parts":[{"text":"I look.","thought":true,"thoughtSignature":"c2ln"},
                {"functionCall":{"id":"c1","name":"weather","args":{"city":"A","days":2}},"thoughtSignature":"c2lnMQ=="},
                {"functionCall":{"id":"c2","name":"weather","args":{"city":"B"}}}]},
              {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"weather","response":{"output":"sun"}}},
                {"functionResponse":{"id":"c2","name":"weather","response":{"error":"no such city"},"scheduling":"SILENT"}}]}],
             "tools":[{"functionDeclarations":[
               {"name":"weather","description":"Tells it","parametersJsonSchema":{"type":"object","properties":{"city":{"type":"string"}},
                "required":["city"]},"responseJsonSchema":{"type":"string"},"behavior":"BLOCKING"},{"name":"now"}]},
               {"codeExecution":{}},{"urlContext":{}},{"googleSearch":{"excludeDomains":["a.example"],"searchTypes":{"webSearch":{}}}}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["weather","now"]},
               "retrievalConfig":{"languageCode":"de"}}}
            """
        ),
        (
            "calls without ids, an object as result, a picture in it",
            """
            {"contents":[{"role":"user","parts":[{"text":"Go"}]},
              {"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"AA=="},
                                       {"functionCall":{"name":"f","args":{"n":1}}}]},
              {"role":"user","parts":[{"functionResponse":{"name":"f","response":{"a":1,"b":[true]}}},
                {"functionResponse":{"name":"f","response":{"output":"see"},
                  "parts":[{"inlineData":{"mimeType":"image/png","data":"iVBORw0KGgo="}}]}}]},
              {"role":"model","parts":[{"text":"Done","thoughtSignature":"c2ln"}]},{"role":"user","parts":[{"text":"Thanks"}]}],
             "tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}}}
            """
        ),
        (
            "what the provider's own tools did",
            """
            {"contents":[{"role":"user","parts":[{"text":"Compute"}]},
              {"role":"model","parts":[{"executableCode":{"language":"PYTHON","code":"print(1)"},"thoughtSignature":"c2ln"},
                {"codeExecutionResult":{"outcome":"OUTCOME_OK","output":"1"}},{"text":"1"}]},
              {"role":"user","parts":[{"text":"Again"}]}],
             "tools":[{"googleSearchRetrieval":{"dynamicRetrievalConfig":{"mode":"MODE_DYNAMIC"}}}],
             "generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":false}}}
            """
        ),
        (
            "JSON by a schema",
            """
            {"contents":[{"role":"user","parts":[{"text":"A colour"}]}],
             "generationConfig":{"responseMimeType":"application/json","responseJsonSchema":{"type":"object","properties":{"name":
               {"type":"string"}},"required":["name"],"additionalProperties":false},"thinkingConfig":{"thinkingBudget":0}},
             "toolConfig":{"functionCallingConfig":{"mode":"NONE"}}}
            """
        ),
        (
            "one of some words",
            """
            {"contents":[{"role":"user","parts":[{"text":"Yes or no?"}]}],
             "generationConfig":{"responseMimeType":"text/x.enum","responseSchema":{"type":"string","enum":["yes","no"]},
               "thinkingConfig":{"thinkingBudget":-1}}}
            """
        ),
        (
            "speech and pictures",
            """
            {"contents":[{"role":"user","parts":[{"text":"Say it"}]}],
             "generationConfig":{"responseModalities":["AUDIO","IMAGE"],"speechConfig":{"voiceConfig":{"prebuiltVoiceConfig":
               {"voiceName":"Kore"}}},"imageConfig":{"aspectRatio":"16:9","imageSize":"2K"}}}
            """
        ),
        (
            "several voices",
            """
            {"contents":[{"role":"user","parts":[{"text":"Say it"}]}],
             "generationConfig":{"responseModalities":["AUDIO"],"speechConfig":{"multiSpeakerVoiceConfig":{"speakerVoiceConfigs":[
               {"speaker":"A","voiceConfig":{"prebuiltVoiceConfig":{"voiceName":"Kore"}}}]}}}}
            """
        ),
    ]

    /// A codec of another format, of which only the names count.
    enum Stranger: FormatCodec {
        static let format = WireFormat.chatCompletions

        static func conversation(_ request: JSON, endpoint: EndpointPath) throws(RelayError) -> Conversation {
            Conversation(model: "")
        }
        static func request(
            _ conversation: Conversation, for target: EncodingTarget, losses: inout Losses
        ) throws(RelayError) -> JSON { .null }
        static func answer(_ body: JSON) throws(FormatFault) -> Answer { Answer() }
        static func body(of answer: Answer, for reply: ReplyContext) -> JSON { .null }
        static func streamDecoder() -> any AnswerStreamDecoder { GenerateContentCodec.streamDecoder() }
        static func streamEncoder(for reply: ReplyContext) -> any AnswerStreamEncoder {
            GenerateContentCodec.streamEncoder(for: reply)
        }
        static func memberName(of feature: Feature) -> String? { "stranger.\(feature.rawValue)" }
    }

    static func target(_ model: String = "gemini-3-flash-preview", client: any FormatCodec.Type = Stranger.self) -> EncodingTarget
    {
        EncodingTarget(model: model, client: client)
    }

    static let reply = ReplyContext(model: "asked", requestID: "rid", now: 0)

    /// What is put in the place of each value to see what becomes of it.
    static let oddValues: [JSON] = [1, -1.5, "x", true, [], [:], [[:]], ["x"], ["a": "b"]]

    /// The ways to all values, as member names and indices.
    static func places(in json: JSON) -> [[String]] {
        switch json {
        case .object(let object): [[]] + object.flatMap { name, value in self.places(in: value).map { [name] + $0 } }
        case .array(let list):
            [[]] + list.enumerated().flatMap { index, value in self.places(in: value).map { [String(index)] + $0 } }
        default: [[]]
        }
    }

    static func replacing(_ place: ArraySlice<String>, in json: JSON, by value: JSON) -> JSON {
        guard let first = place.first else { return value }
        switch json {
        case .object(var object):
            object[first] = self.replacing(place.dropFirst(), in: object[first] ?? .null, by: value)
            return .object(object)
        case .array(var list):
            guard let index = Int(first) else { return json }
            list[index] = self.replacing(place.dropFirst(), in: list[index], by: value)
            return .array(list)
        default: return json
        }
    }
}
