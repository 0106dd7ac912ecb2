import Testing
import Wire

@testable import ModelRelay

@Suite("A chat completion request, read and written again")
struct ChatRoundTripTests {
    @Test("Says the same, and nothing is lost", arguments: ChatGoldens.all)
    func same(golden: ChatGoldens.Golden) throws {
        let json = try golden.json
        let conversation = try ChatCompletionsCodec.conversation(json, endpoint: EndpointPath())
        var losses = Losses()
        let written = try ChatCompletionsCodec.request(conversation, for: ChatGoldens.target(golden.quirks), losses: &losses)
        #expect(written == json, "\(written)")
        #expect(losses.isEmpty, "\(losses)")
    }

    @Test(
        "Other spellings of the same come back in today's",
        arguments: [
            (#""stop": "END""#, #""stop": ["END"]"#),
            (#""max_tokens": 5"#, #""max_completion_tokens": 5"#),
            (#""max_tokens": 5, "max_completion_tokens": 6"#, #""max_completion_tokens": 6"#),
            (#""safety_identifier": "s""#, #""user": "s""#),
            (#""reasoning": {"effort": "low"}"#, #""reasoning_effort": "low""#),
            (#""thinking": {"type": "enabled", "budget_tokens": 9000}"#, #""reasoning_effort": "medium""#),
            (#""thinking": {"type": "disabled"}"#, #""reasoning_effort": "none""#),
            (#""enable_thinking": true, "thinking_budget": 40000"#, #""reasoning_effort": "xhigh""#),
            (#""enable_thinking": false"#, #""reasoning_effort": "none""#),
            (#""enable_thinking": true"#, ""),
            (
                #""tools": [{"type": "function", "function": {"name": "a"}}], "tool_choice": "any""#,
                #""tools": [{"type": "function", "function": {"name": "a"}}], "tool_choice": "required""#
            ),
            (
                #""functions": [{"name": "a", "parameters": {}}], "function_call": {"name": "a"}"#,
                #""tools": [{"type": "function", "function": {"name": "a", "parameters": {}}}], "tool_choice": {"type": "function", "function": {"name": "a"}}"#
            ),
            (
                #""functions": [{"name": "a"}], "function_call": "auto""#,
                #""tools": [{"type": "function", "function": {"name": "a"}}], "tool_choice": "auto""#
            ),
            (#""temperature": null, "tools": null, "stop": null, "stream": null"#, ""),
            (
                #""stream": true, "stream_options": {"include_usage": false}"#,
                #""stream": true, "stream_options": {"include_usage": true}"#
            ),
        ])
    func spellings(read: String, expected: String) throws {
        let messages = #"{"model": "up", "messages": [{"role": "user", "content": "a"}]"#
        let conversation = try ChatCompletionsCodec.conversation(JSON.parse("\(messages), \(read)}"), endpoint: EndpointPath())
        var losses = Losses()
        let written = try ChatCompletionsCodec.request(conversation, for: ChatGoldens.target(), losses: &losses)
        #expect(try written == JSON.parse("\(messages)\(expected.isEmpty ? "" : ", ")\(expected)}"), "\(written)")
        #expect(losses.isEmpty)
    }

    @Test("Calls in the form of functions come back as calls of tools")
    func functions() throws {
        let json = try JSON.parse(
            #"""
            {"model": "up", "messages": [{"role": "user", "content": "a"},
             {"role": "assistant", "content": null, "function_call": {"name": "f", "arguments": "{}"}},
             {"role": "function", "name": "f", "content": "1"}]}
            """#)
        let conversation = try ChatCompletionsCodec.conversation(json, endpoint: EndpointPath())
        var losses = Losses()
        let written = try ChatCompletionsCodec.request(conversation, for: ChatGoldens.target(), losses: &losses)
        let call = try #require(written["messages"]?[1]?["tool_calls"]?[0])
        #expect(call["function"] == ["name": "f", "arguments": "{}"])
        #expect(written["messages"]?[2]?["role"] == "tool")
        #expect(written["messages"]?[2]?["tool_call_id"] == call["id"])
    }
}
