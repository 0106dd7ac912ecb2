internal import Directory
internal import HTTPTypes
internal import ModelRelay
internal import Wire

/// What is known of providers and models before the operator says anything, and the operator's defaults for channels.
extension OperationTable {
    private static let config = MemberType.reference(Definitions.modelConfig.name)

    static let catalogueOperations: [Operation] = [
        Operation(.get, "/models/builtin", "Shows the models that are known.", answer: .list(config)) { call, services in
            list(services.models.all, call, services)
        },
        Operation(
            .get, "/models/builtin/channel", "Shows the models that are known, by the number of the provider that serves them.",
            answer: .map(.list(config))
        ) { call, services in
            var byType = JSONObject()
            for provider in services.providers.all {
                byType.append("\(provider.type)", list(services.models.models(ofType: provider.type), call, services))
            }
            return .object(byType)
        },
        Operation(
            .get, "/models/builtin/channel/{type}", "Shows the models that are known of a provider.", answer: .list(config)
        ) { call, services in
            list(services.models.models(ofType: try type(call, services)), call, services)
        },
        Operation(
            .get, "/models/default", "Shows the models and the mapping of channels without any, by the number of the provider.",
            answer: .object
        ) { _, services in
            [
                "models": .object(option("DefaultChannelModels", services)),
                "mapping": .object(option("DefaultChannelModelMapping", services)),
            ]
        },
        Operation(
            .get, "/models/default/{type}", "Shows the models and the mapping of a provider's channels without any.",
            answer: .object
        ) { call, services in
            let type = "\(try type(call, services))"
            return [
                "models": option("DefaultChannelModels", services)[type] ?? [],
                "mapping": option("DefaultChannelModelMapping", services)[type] ?? [:],
            ]
        },
        Operation(
            .get, "/channels/type_metas", "Describes the kinds of channel, by their numbers.",
            answer: .map(.reference(Definitions.channelType.name))
        ) { call, services in
            let presentation = services.presentation(for: call)
            return .object(
                JSONObject(services.providers.all.map { ("\($0.type)", Definitions.channelType.json($0, presentation)) }))
        },
    ]

    private static func list(_ entries: [ModelCatalogue.Entry], _ call: AdminCall, _ services: AdminServices) -> JSON {
        let presentation = services.presentation(for: call)
        return .array(entries.map { Definitions.modelConfig.json($0.config, presentation) })
    }

    private static func type(_ call: AdminCall, _ services: AdminServices) throws(AdminFailure) -> Int64 {
        let type = try call.number("type")
        let types = ChannelTypes(services.providers)
        guard types.all.contains(type) else { throw AdminFailure.wrong("type", expected: types.expectation) }
        return type
    }

    /// An option that is an object by the providers' numbers; what isn't of that form counts as nothing, as it does in routing.
    private static func option(_ name: String, _ services: AdminServices) -> JSONObject {
        guard let text = services.directory.current.option(name), let object = try? JSON.parse(text).objectValue else {
            return JSONObject()
        }
        return object
    }
}

extension Definitions {
    /// A kind of channel.
    static let channelType = Definition<Provider>(
        name: "AdaptorMeta",
        members: [
            .string("name") { $0.displayName },
            .string("keyHelp") { $0.keyHelp },
            .string("defaultBaseUrl") { $0.baseURL },
            .string("readme") { $0.readme },
            .object("configSchema") { $0.configSchema },
        ])
}
