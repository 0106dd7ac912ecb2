import Testing
import Wire

@testable import ModelRelay

@Suite("What each model of the Messages API takes: thoughts, sampling, the shape of the answer")
struct MessagesModelRulesTests {
    // MARK: Thinking

    struct Thought: Sendable, CustomTestStringConvertible {
        var name: String
        var model: String
        var request: ReasoningRequest
        var asked: Int64?
        var limit: Int64?
        var member: JSON?
        var effort: JSON?
        var tokens: JSON
        var losses: Set<Feature> = []
        var testDescription: String { self.name }
    }

    @Test(
        "Effort and budget become what the model takes, within the limit of the output",
        arguments: [
            Thought(
                name: "an effort is a budget", model: "claude-sonnet-4-5", request: ReasoningRequest(effort: "high"),
                limit: 64000,
                member: ["type": "enabled", "budget_tokens": 16384], tokens: 64000),
            Thought(
                name: "without a limit there is room for both", model: "claude-sonnet-4-5",
                request: ReasoningRequest(effort: "low"),
                member: ["type": "enabled", "budget_tokens": 2048], tokens: 10240),
            Thought(
                name: "a quarter is the answer's", model: "claude-sonnet-4-5", request: ReasoningRequest(budget: 9000),
                asked: 4000,
                member: ["type": "enabled", "budget_tokens": 3000], tokens: 4000),
            Thought(
                name: "too little room", model: "claude-sonnet-4-5", request: ReasoningRequest(effort: "low"), asked: 1200,
                tokens: 1200,
                losses: [.reasoningEffort]),
            Thought(
                name: "the least budget", model: "claude-sonnet-4-5", request: ReasoningRequest(budget: 100), asked: 4000,
                member: ["type": "enabled", "budget_tokens": 1024], tokens: 4000),
            Thought(
                name: "an effort stays one", model: "claude-opus-4-7", request: ReasoningRequest(effort: "xhigh"), asked: 4000,
                member: ["type": "adaptive", "display": "summarized"], effort: "xhigh", tokens: 4000),
            Thought(
                name: "the generation before has no xhigh", model: "claude-opus-4-6", request: ReasoningRequest(effort: "xhigh"),
                asked: 4000,
                member: ["type": "adaptive"], effort: "max", tokens: 4000),
            Thought(
                name: "a budget where it is taken", model: "claude-opus-4-6", request: ReasoningRequest(budget: 2000),
                asked: 4000,
                member: ["type": "enabled", "budget_tokens": 2000], tokens: 4000),
            Thought(
                name: "a budget where it is not", model: "claude-opus-5",
                request: ReasoningRequest(budget: 2000, summary: "none"),
                asked: 4000, member: ["type": "adaptive", "display": "omitted"], effort: "low", tokens: 4000),
            Thought(
                name: "off", model: "claude-opus-5", request: ReasoningRequest(effort: "none"), asked: 40,
                member: ["type": "disabled"],
                tokens: 40),
            Thought(
                name: "the wish for opaque parts alone", model: "claude-opus-5", request: ReasoningRequest(includesOpaque: true),
                asked: 40,
                tokens: 40),
            Thought(
                name: "a limit above the model's", model: "claude-opus-5", request: ReasoningRequest(), asked: 900_000,
                limit: 64000,
                tokens: 64000),
        ])
    func thinking(thought: Thought) throws {
        let written = try MessagesConversionTests.write(thought.model, limit: thought.limit) { conversation in
            conversation.reasoning = thought.request
            conversation.sampling.maximumOutputTokens = thought.asked
        }
        #expect(written.body["thinking"] == thought.member)
        #expect(written.body["output_config"]?["effort"] == thought.effort)
        #expect(written.body["max_tokens"] == thought.tokens)
        #expect(written.losses.features == thought.losses)
    }

    @Test("A forced tool goes before thoughts, which the API refuses together")
    func forcedToolAndThoughts() throws {
        let written = try MessagesConversionTests.write { conversation in
            conversation.tools = [Tool(name: "a", kind: .function(parameters: nil, isStrict: nil))]
            conversation.toolChoice = .required
            conversation.reasoning = ReasoningRequest(effort: "high")
        }
        #expect(written.body["thinking"] == nil)
        #expect(written.losses.features == [.reasoningEffort])
    }

    @Test("In a turn that goes on after a tool, a budget needs the thoughts that the turn began with", arguments: [true, false])
    func thoughtsInTurn(hasThoughts: Bool) throws {
        let written = try MessagesConversionTests.write { conversation in
            var said = [Block(.toolCall(ToolCall(id: "c", name: "a", arguments: "{}")))]
            let opaque = OpaqueReasoning(origin: .messages, value: "s")
            if hasThoughts { said.insert(Block(.reasoning(Reasoning(text: "t", opaque: opaque))), at: 0) }
            conversation.messages += [
                Message(.assistant, said), Message(.user, [Block(.toolResult(ToolResult(callID: "c", blocks: [.text("r")])))]),
            ]
            conversation.tools = [Tool(name: "a", kind: .function(parameters: nil, isStrict: nil))]
            conversation.reasoning = ReasoningRequest(effort: "low")
        }
        #expect((written.body["thinking"] != nil) == hasThoughts)
        #expect(written.losses.features == (hasThoughts ? [] : [.reasoningEffort]))
    }

    @Test("Thoughts go back only to who made them; other houses get theirs unsigned")
    func thoughtsOfOthers() throws {
        let blocks = [
            Block(.reasoning(Reasoning(text: "mine", opaque: OpaqueReasoning(origin: .messages, value: "s")))),
            Block(.reasoning(Reasoning(text: "theirs", opaque: OpaqueReasoning(origin: .responses, value: "e", id: "rs_1")))),
            Block(.reasoning(Reasoning(text: "nobody's"))), .text("So."),
        ]
        let change: (inout Conversation) -> Void = {
            $0.messages += [Message(.assistant, blocks), Message(.user, [.text("Why?")])]
        }
        let claude = try MessagesConversionTests.write("claude-opus-5", change)
        #expect(
            claude.body["messages"]?[1]?["content"]
                == [["type": "thinking", "thinking": "mine", "signature": "s"], ["type": "text", "text": "So."]])
        #expect(claude.losses.features == [.reasoningText])
        let other = try MessagesConversionTests.write("MiniMax-M2", change)
        #expect(other.body["messages"]?[1]?["content"]?.arrayValue?.count == 4)
        #expect(other.losses.isEmpty)
    }

    // MARK: Sampling

    struct Draw: Sendable, CustomTestStringConvertible {
        var name: String
        var model = "claude-sonnet-4-5"
        var temperature: String?
        var topP: String?
        var topK: Int64?
        var thinks = false
        var written: JSONObject = [:]
        var losses: Set<Feature> = []
        var testDescription: String { self.name }
    }

    @Test(
        "How tokens are drawn is told as far as the model lets it be",
        arguments: [
            Draw(name: "as it is", temperature: "0.3", topK: 5, written: ["temperature": 0.3, "top_k": 5]),
            Draw(name: "hotter than here", temperature: "1.7", written: ["temperature": 1], losses: [.temperature]),
            Draw(name: "one of two", temperature: "0.3", topP: "0.9", written: ["temperature": 0.3], losses: [.topP]),
            Draw(
                name: "both for others", model: "deepseek-chat", temperature: "0.3", topP: "0.9",
                written: ["temperature": 0.3, "top_p": 0.9]),
            Draw(name: "the default is not worth a word", model: "claude-opus-5", temperature: "1", topP: "1"),
            Draw(
                name: "newer models", model: "claude-opus-5", temperature: "0", topP: "0.5", topK: 1,
                losses: [.temperature, .topP, .topK]),
            Draw(
                name: "while it thinks", temperature: "0", topP: "0.5", topK: 1, thinks: true,
                losses: [.temperature, .topP, .topK]),
            Draw(name: "a high top_p while it thinks", topP: "0.97", thinks: true, written: ["top_p": 0.97]),
        ])
    func drawing(draw: Draw) throws {
        let written = try MessagesConversionTests.write(draw.model) { conversation in
            conversation.sampling.temperature = draw.temperature.flatMap { JSONNumber($0) }
            conversation.sampling.topP = draw.topP.flatMap { JSONNumber($0) }
            conversation.sampling.topK = draw.topK
            if draw.thinks { conversation.reasoning = ReasoningRequest(effort: "low") }
        }
        for name in ["temperature", "top_p", "top_k"] { #expect(written.body[name] == draw.written[name]) }
        #expect(written.losses.features == draw.losses)
    }

    // MARK: The shape of the answer

    @Test("A schema is fitted to what structured outputs take")
    func schema() throws {
        let schema: JSON = [
            "type": "object",
            "properties": [
                "age": ["type": "integer", "minimum": 0, "description": "Years."], "when": ["type": "string", "format": "date"],
                "kind": ["oneOf": [["type": "string"], ["$ref": "#/$defs/k"]]],
            ], "required": ["age"], "$defs": ["k": ["type": "object", "properties": [:]]],
        ]
        let written = try MessagesConversionTests.write {
            $0.outputFormat = .jsonSchema(name: "person", description: nil, schema: schema, isStrict: nil)
        }
        let expected: JSON = [
            "type": "object",
            "properties": [
                "age": ["type": "integer", "description": "Years.\n\n{minimum: 0}"],
                "when": ["type": "string", "format": "date"],
                "kind": ["anyOf": [["type": "string"], ["$ref": "#/$defs/k"]]],
            ], "required": ["age"], "additionalProperties": false,
            "$defs": ["k": ["type": "object", "properties": [:], "additionalProperties": false]],
        ]
        #expect(written.body["output_config"]?["format"] == ["type": "json_schema", "schema": expected])
        #expect(written.losses.isEmpty)
    }

    @Test("Where no schema can be asked for, it is said in words unless it has to bind")
    func wordsForSchema() throws {
        let any = try MessagesConversionTests.write { $0.outputFormat = .jsonObject }
        #expect(any.losses.features == [.jsonObject])
        #expect(any.body["system"]?.stringValue?.contains("JSON object") == true)
        var quirks = Quirks()
        quirks.lacksJSONSchema = true
        let format = OutputFormat.jsonSchema(name: "n", description: nil, schema: ["type": "object"], isStrict: nil)
        let words = try MessagesConversionTests.write(quirks: quirks) { $0.outputFormat = format }
        #expect(words.losses.features == [.jsonSchema])
        let error = try #require(throws: RelayError.self) {
            try MessagesConversionTests.write(quirks: quirks) {
                $0.outputFormat = .jsonSchema(name: "n", description: nil, schema: ["type": "object"], isStrict: true)
            }
        }
        #expect(error.parameter == "foreign.jsonSchema")
    }

    @Test("What a house refuses is left out and told")
    func quirks() throws {
        var quirks = Quirks()
        quirks.unsupportedMembers = ["top_k", "tools.strict", "metadata.user_id", "cache_control"]
        quirks.outputLimitName = "max_output"
        quirks.thinking = .thinkingType
        let written = try MessagesConversionTests.write("glm-5", quirks: quirks) { conversation in
            conversation.sampling.topK = 4
            conversation.user = "u"
            conversation.tools = [Tool(name: "a", kind: .function(parameters: nil, isStrict: true), cacheMark: CacheMark())]
            conversation.reasoning = ReasoningRequest(effort: "none")
        }
        #expect(written.body["top_k"] == nil)
        #expect(written.body["tools"] == [["name": "a", "input_schema": ["type": "object", "properties": [:]]]])
        #expect(written.body["max_output"] == 16384)
        #expect(written.body["max_tokens"] == nil)
        #expect(written.body["thinking"] == ["type": "disabled"])
        #expect(written.losses.features == [.topK, .strictTools, .user])
    }
}
