import Foundation
import Testing
import Wire

@testable import ModelRelay

@Suite("What this codec writes, for the official client to judge")
struct MessagesGoldenFile {
    private static let path = ProcessInfo.processInfo.environment["PORTICO_MESSAGES_GOLDENS"]

    /// Answers of other formats' upstreams, and of this one's.
    private static func answers() throws -> [(name: String, answer: Answer)] {
        var all = try MessagesGoldenAnswers.all.map { ($0.name, try MessagesCodec.answer(try JSON.parse($0.body))) }
        let signed = OpaqueReasoning(origin: .generateContent, value: "sig")
        let foreign = Answer(
            id: "chatcmpl-1", model: "gpt",
            choices: [
                Answer.Choice(
                    blocks: [
                        Block(.reasoning(Reasoning(text: "unsigned"))),
                        Block(
                            .reasoning(
                                Reasoning(text: "", opaque: OpaqueReasoning(origin: .responses, value: "e"), isRedacted: true))),
                        Block(.text("See.", citations: [Citation(url: "https://x.example", origin: .chatCompletions)])),
                        Block(.toolCall(ToolCall(id: "call:1", name: "n", arguments: "{\"a\":[1,2.5,null]}")), signature: signed),
                    ], stop: .contentFilter("SAFETY"))
            ])
        all.append(("foreign", foreign))
        return all
    }

    @Test("is written to a file where one is asked for", .enabled(if: Self.path != nil))
    func write() throws {
        var lines: [JSON] = []
        for golden in MessagesGoldenRequests.all {
            let conversation = try MessagesCodec.conversation(try JSON.parse(golden.body), endpoint: EndpointPath())
            for client: any FormatCodec.Type in [MessagesCodec.self, MessagesForeignCodec.self] {
                var losses = Losses()
                var target = EncodingTarget(model: conversation.model, client: client)
                target.maximumOutputTokens = 32000
                guard let request = try? MessagesCodec.request(conversation, for: target, losses: &losses) else { continue }
                lines.append(["kind": "request", "name": .string(golden.name), "body": request])
            }
        }
        for (name, answer) in try Self.answers() {
            let reply = ReplyContext(model: answer.model, requestID: "r", now: 0)
            lines.append([
                "kind": "answer", "name": .string(name), "body": MessagesCodec.body(of: answer, for: reply),
                "stream": .string(
                    String(decoding: MessagesStreamTests.encode(answer.events(), model: answer.model), as: UTF8.self)),
            ])
        }
        let text = lines.map { $0.serialized() }.joined(separator: "\n") + "\n"
        try text.write(toFile: try #require(Self.path), atomically: true, encoding: .utf8)
    }
}
