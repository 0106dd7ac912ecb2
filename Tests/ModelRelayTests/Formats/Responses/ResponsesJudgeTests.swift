import Foundation
import Testing
import Wire

@testable import ModelRelay

/// What `Tests/Interop/responses_goldens.py` judges: answers, streams and requests as this format's codec writes them.
@Suite("Responses: goldens for the official client's models")
struct ResponsesJudgeTests {
    private static let folder = ProcessInfo.processInfo.environment["PORTICO_GOLDENS"]

    @Test("They are written where they are asked for", .enabled(if: folder != nil))
    func write() throws {
        let folder = try #require(Self.folder)
        var answers: [JSON] = []
        var streams: [JSON] = []
        for (_, answer) in ResponsesGoldens.answers {
            answers.append(ResponsesCodec.body(of: answer, for: ResponsesGoldens.reply()))
            var encoder = ResponsesCodec.streamEncoder(for: ResponsesGoldens.reply())
            var bytes: [UInt8] = []
            for event in answer.events() { encoder.write(event, to: &bytes) }
            streams.append(.array(try ResponsesStreamTests.frames(bytes).map { try JSON.parse($0.data) }))
        }
        var requests: [JSON] = []
        for golden in ResponsesGoldens.requests {
            let conversation = try ResponsesCodec.conversation(try JSON.parse(golden.json), endpoint: EndpointPath())
            for target in [ResponsesGoldens.target(), ResponsesGoldens.target(ResponsesOtherCodec.self)] {
                var losses = Losses()
                // Files of one provider are none of another's: such requests are refused.
                guard let request = try? ResponsesCodec.request(conversation, for: target, losses: &losses) else { continue }
                requests.append(request)
            }
        }
        let lists = try ResponsesGoldens.requests.map { golden in
            try InputItemPage(limit: 100).list(ResponseExchange.items(of: try JSON.parse(golden.json)), of: "resp_1")
        }
        let all: JSON = [
            "answers": .array(answers), "streams": .array(streams), "requests": .array(requests), "lists": .array(lists),
        ]
        try Data(all.serializedBytes()).write(to: URL(fileURLWithPath: folder + "/responses.json"))
    }
}
