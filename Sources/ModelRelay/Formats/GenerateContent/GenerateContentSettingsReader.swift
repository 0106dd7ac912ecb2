internal import Wire

/// Reads a `GenerationConfig`. What the canonical form has no place for is kept as `generationConfig.<name>`.
enum GenerateContentSettingsReader {
    static let prefix = "generationConfig."

    /// - Throws: a 400 that names the member.
    static func read(_ settings: Member, into conversation: inout Conversation) throws(RelayError) {
        var shape = OutputShape()
        var speech: Member?
        for (name, value) in try settings.fields() {
            switch name {
            case "candidateCount": conversation.sampling.choiceCount = try value.wholeNumber()
            case "stopSequences":
                for text in try value.elements() { conversation.sampling.stop.append(try text.string()) }
            case "maxOutputTokens": conversation.sampling.maximumOutputTokens = try value.wholeNumber()
            case "temperature": conversation.sampling.temperature = try value.number()
            case "topP": conversation.sampling.topP = try value.number()
            case "topK": conversation.sampling.topK = try value.wholeNumber()
            case "seed": conversation.sampling.seed = try value.wholeNumber()
            case "presencePenalty": conversation.sampling.presencePenalty = try value.number()
            case "frequencyPenalty": conversation.sampling.frequencyPenalty = try value.number()
            case "responseLogprobs": conversation.sampling.logprobs = try value.bool()
            case "logprobs": conversation.sampling.topLogprobs = try value.wholeNumber()
            case "responseMimeType": shape.type = try value.string()
            case "responseSchema": shape.schema = GeminiSchema.jsonSchema(.object(try value.object()))
            case "responseJsonSchema", "_responseJsonSchema": shape.schema = value.json
            case "responseFormat": if try !shape.take(format: value) { conversation.ownMembers[self.prefix + name] = value.json }
            case "responseModalities": conversation.modalities = try self.modalities(value)
            case "speechConfig": speech = value
            case "thinkingConfig": try self.readThinking(value, into: &conversation)
            default: conversation.ownMembers[self.prefix + name] = value.json
            }
        }
        conversation.outputFormat = try shape.format(settings)
        if let speech { try self.readSpeech(speech, into: &conversation) }
    }

    private static func modalities(_ value: Member) throws(RelayError) -> Modalities? {
        var names: [String] = []
        for name in try value.names() {
            let word = try name.enumeration()
            if word != "MODALITY_UNSPECIFIED" { names.append(word.lowercased()) }
        }
        return names.isEmpty ? nil : Modalities(names: names)
    }

    /// A voice by its name alone is what other formats know too.
    private static func readSpeech(_ speech: Member, into conversation: inout Conversation) throws(RelayError) {
        let voice = speech.json["voiceConfig"] ?? speech.json["voice_config"]
        let prebuilt = voice?["prebuiltVoiceConfig"] ?? voice?["prebuilt_voice_config"]
        let name = prebuilt?["voiceName"] ?? prebuilt?["voice_name"]
        guard try speech.object().count == 1, voice?.objectValue?.count == 1, prebuilt?.objectValue?.count == 1,
            case .string(let name)? = name, conversation.modalities?.names.contains("audio") == true
        else {
            conversation.ownMembers[self.prefix + "speechConfig"] = speech.json
            return
        }
        conversation.modalities?.audio = ["voice": .string(name), "format": "pcm16"]
    }

    private static func readThinking(_ thinking: Member, into conversation: inout Conversation) throws(RelayError) {
        var request = ReasoningRequest()
        for (name, value) in try thinking.fields() {
            switch name {
            case "thinkingBudget":
                let budget = try value.wholeNumber()
                guard budget >= -1 else { throw value.unacceptable("must be -1, 0 or a number of tokens") }
                if budget == -1 { request.isAdaptive = true } else { request.budget = budget }
            case "thinkingLevel":
                let level = try value.enumeration()
                if level != "THINKING_LEVEL_UNSPECIFIED" { request.effort = level.lowercased() }
            case "includeThoughts": request.summary = try value.bool() ? "auto" : "none"
            default: conversation.ownMembers["\(self.prefix)thinkingConfig.\(name)"] = value.json
            }
        }
        conversation.reasoning = request
    }
}

extension Member {
    /// The elements of a list of names; one name may stand alone.
    fileprivate func names() throws(RelayError) -> [Member] {
        if case .string = self.json { return [self] }
        return try self.elements()
    }
}

/// What `responseMimeType` and the members that go with it say together.
private struct OutputShape {
    var type: String?
    var schema: JSON?

    /// Takes a `responseFormat` of text alone; returns false for any other.
    mutating func take(format: Member) throws(RelayError) -> Bool {
        let formats = try format.list()
        guard formats.count == 1, let text = formats.first?.json["text"], formats.first?.json.objectValue?.count == 1 else {
            return false
        }
        self.type = (text["mimeType"] ?? text["mime_type"])?.stringValue ?? self.type
        self.schema = text["schema"] ?? self.schema
        return true
    }

    func format(_ settings: Member) throws(RelayError) -> OutputFormat? {
        switch (self.type, self.schema) {
        case (nil, nil): return nil
        case ("text/plain", nil): return .text
        case ("application/json", nil): return .jsonObject
        // The newer of the two members for schemas implies JSON.
        case ("application/json", let schema?), (nil, let schema?):
            return .jsonSchema(name: Self.name(of: schema), description: nil, schema: schema, isStrict: nil)
        // One of some words, as plain text: no other format has that.
        case ("text/x.enum", let schema): return .other(["responseMimeType": "text/x.enum", "responseSchema": schema ?? [:]])
        case (let type?, _):
            throw Member(.null, place: "\(settings.place).responseMimeType").unacceptable("can't be `\(type.prefix(64))`")
        }
    }

    /// Other formats want a name of letters, digits, `_` and `-`.
    private static func name(of schema: JSON) -> String {
        let title = (schema["title"]?.stringValue ?? "").utf8.prefix(64).map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        return title.isEmpty ? "response" : String(decoding: title, as: UTF8.self)
    }
}
