internal import Directory
internal import HTTPTypes
internal import Storage
internal import Wire

extension OperationTable {
    private static let test = MemberType.reference(Definitions.channelTest.name)
    private static let tests = MemberType.list(.reference(Definitions.testResult.name))
    private static let options = [
        Parameter("return_success", .boolean, "Whether tests that succeeded are told, too."),
        Parameter("success_body", .boolean, "Whether the upstream's answers of those are shown."),
    ]
    private static let preview = channelMembers + [("model", .string), ("models", .list(.string))]

    static let channelTestOperations: [Operation] =
        [
            Operation(.get, "/channel/{id}/test/{model...}", "Tests one model of a channel.", answer: test, run: testOne),
            Operation(.get, "/channel/{id}/{model...}", "Tests one model of a channel.", answer: test, run: testOne),
            Operation(.get, "/channel/{id}/test", "Tests all models of a channel.", query: options, answer: tests) {
                call, services in
                let channel = try await services.store.channels.get(call.number("id")).channel
                return try await run([channel], call, services)
            },
            Operation(
                .get, "/channels/test", "Tests all models of all channels.",
                query: options + [Parameter("test_disabled", .boolean, "Whether disabled channels are tested, too.")],
                answer: tests
            ) { call, services in
                let includesDisabled = try call.query.flag("test_disabled")
                let channels = try await services.store.channels.all().map(\.channel)
                return try await run(channels.filter { includesDisabled || $0.status == .enabled }, call, services)
            },
        ]
        + [("/channel/test", "/channel/test-all"), ("/channel/test-preview", "/channel/test-preview-all")].flatMap { one, all in
            [
                Operation(
                    .post, one, "Tests a model of a channel that is not stored.", body: .object("TestChannel", preview),
                    answer: test,
                    changesDirectory: false
                ) { call, services in
                    let body = try call.object()
                    let model = try body.required("model", "a text", body.string("model"))
                    return await shown(try channel(body, services), model, call, services)
                },
                Operation(
                    .post, all, "Tests all models of a channel that is not stored.", query: options,
                    body: .object("TestChannel", preview), answer: tests, changesDirectory: false
                ) { call, services in try await run([try channel(try call.object(), services)], call, services) },
            ]
        }

    private static let testOne: Operation.Run = { call, services in
        let channel = try await services.store.channels.get(call.number("id")).channel
        return await shown(channel, call.text("model"), call, services)
    }

    private static func channel(_ body: BodyObject, _ services: AdminServices) throws(AdminFailure) -> Channel {
        let channels = try ChannelBody.channels(body, providers: services.providers)
        guard channels.count == 1, let channel = channels.first else { throw body.wrong("key", expected: "one key") }
        return channel
    }

    private static func shown(_ channel: Channel, _ model: String, _ call: AdminCall, _ services: AdminServices) async -> JSON {
        let result = await services.tester.test(channel: channel, model: model)
        return Definitions.channelTest.json(
            ShownChannelTest(channel: channel, model: model, result: result), services.presentation(for: call))
    }

    /// How many tests run at once.
    private static let parallelTests = 5

    /// Tests all models of the channels, some at a time, in the order of the channels and their models.
    private static func run(_ channels: [Channel], _ call: AdminCall, _ services: AdminServices) async throws -> JSON {
        guard try !call.query.flag("stream") else {
            throw AdminFailure(.notImplemented, "stream: results as they come are not served yet")
        }
        let snapshot = services.directory.current
        let pairs = channels.flatMap { channel in
            let models = snapshot.channel(id: channel.id).flatMap { channel.models.isEmpty ? $0.models : nil } ?? channel.models
            return models.filter { snapshot.modelConfig($0)?.excludeFromTests != true }.map { (channel, $0) }
        }
        guard pairs.count <= 5000 else {
            throw AdminFailure(.badRequest, "there are \(pairs.count) models to test, more than 5000")
        }
        let returnsSuccesses = try call.query.flag("return_success")
        let showsBodies = try call.query.flag("success_body")
        let results = await results(of: pairs, services.tester)
        let presentation = services.presentation(for: call)
        var answers: [JSON] = []
        for ((channel, model), result) in zip(pairs, results) where returnsSuccesses || !result.succeeded {
            let shown = ShownChannelTest(
                channel: channel, model: model, result: result, showsResponse: showsBodies || !result.succeeded)
            answers.append(Definitions.testResult.json(shown, presentation))
        }
        return .array(answers)
    }

    private static func results(of pairs: [(Channel, String)], _ tester: any ChannelTester) async -> [ChannelTestResult] {
        await withTaskGroup(of: (Int, ChannelTestResult).self) { group in
            var results: [(Int, ChannelTestResult)] = []
            for (index, (channel, model)) in pairs.enumerated() {
                if index >= parallelTests, let result = await group.next() { results.append(result) }
                group.addTask { (index, await tester.test(channel: channel, model: model)) }
            }
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
