internal import Directory
internal import HTTPTypes
internal import Storage
internal import Wire

extension OperationTable {
    static let channelMembers: [(name: String, type: MemberType)] = [
        ("type", .integer), ("name", .string), ("key", .string), ("base_url", .string), ("proxy_url", .string),
        ("models", .list(.string)),
        ("model_mapping", .map(.string)), ("priority", .integer), ("status", .integer), ("sets", .list(.string)),
        ("configs", .object),
        ("skip_tls_verify", .boolean), ("enabled_no_permission_ban", .boolean), ("warn_error_rate", .number),
        ("max_error_rate", .number), ("enabled_auto_balance_check", .boolean), ("balance_threshold", .number),
    ]
    private static let channel = MemberType.reference(Definitions.channel.name)
    private static let channels = MemberType.page(member: "channels", of: channel)
    private static let filters = [
        Parameter("id", .integer, "The id."), Parameter("name", .string, "A part of the name."),
        Parameter("key", .string, "The whole key."),
        Parameter("channel_type", .integer, "The provider's number."), Parameter("base_url", .string, "A part of the base URL."),
    ]

    static let channelOperations: [Operation] = [
        Operation(
            .get, "/channels/", "Lists channels.", query: filters + Parameter.paging + [Parameter.order], answer: channels,
            run: search),
        Operation(
            .get, "/channels/search", "Searches channels.",
            query: [Parameter.keyword] + filters + Parameter.paging + [Parameter.order],
            answer: channels, run: search),
        Operation(.get, "/channels/all", "Shows all channels.", answer: .list(channel)) { call, services in
            let presentation = services.presentation(for: call)
            return .array(try await services.store.channels.all().map { Definitions.channel.json($0, presentation) })
        },
        Operation(
            .post, "/channels/", "Creates channels, all or none.", body: .objects("AddChannel", channelMembers), answer: channels
        ) { call, services in
            var new: [Channel] = []
            for body in try call.objects() { new += try ChannelBody.channels(body, providers: services.providers) }
            return try await create(new, call, services)
        },
        Operation(
            .post, "/channel/", "Creates a channel, or one for each line of the key.",
            body: .object("AddChannel", channelMembers),
            answer: channels
        ) { call, services in
            try await create(
                try ChannelBody.channels(try call.object(), providers: services.providers), call, services)
        },
        Operation(.get, "/channel/{id}", "Shows a channel.", answer: channel) { call, services in
            Definitions.channel.json(try await services.store.channels.get(call.number("id")), services.presentation(for: call))
        },
        Operation(
            .put, "/channel/{id}",
            "Replaces what is set of a channel. An absent type, name, key or status stays; a masked secret, too.",
            body: .object("AddChannel", channelMembers), answer: channel
        ) { call, services in
            let stored = try await services.store.channels.get(call.number("id")).channel
            let channel = try ChannelBody.replacement(try call.object(), for: stored, providers: services.providers)
            let written = services.applied(try await services.store.channels.update(channel), toChannels: [channel.id])
            return Definitions.channel.json(written, services.presentation(for: call))
        },
        Operation(.delete, "/channel/{id}", "Deletes a channel.") { call, services in
            let id = try call.number("id")
            services.applied(try await services.store.channels.delete(id), toChannels: [id])
            return .null
        },
        Operation(
            .post, "/channel/{id}/status", "Enables or disables a channel.",
            body: .object("ChannelStatus", [("status", .integer)])
        ) { call, services in
            let body = try call.object()
            let status = Channel.Status(number: try body.required("status", "1 (enabled) or 2 (disabled)", body.status()))
            let id = try call.number("id")
            services.applied(try await services.store.channels.setStatus(id, status), toChannels: [id])
            return .null
        },
        Operation(.post, "/channels/batch_delete", "Deletes channels.", body: .list(.integer)) { call, services in
            let ids = try call.numbers()
            services.applied(try await services.store.channels.delete(ids), toChannels: ids)
            return .null
        },
        Operation(
            .post, "/channels/batch_info", "Names channels.", body: .list(.integer),
            answer: .list(.reference(Definitions.channelBasics.name)), changesDirectory: false
        ) { call, services in
            let ids = Set(try call.numbers())
            let presentation = services.presentation(for: call)
            let found = try await services.store.channels.all().filter { ids.contains($0.channel.id) }
            return .array(found.map { Definitions.channelBasics.json($0, presentation) })
        },
    ]

    private static let search: Operation.Run = { call, services in
        var filter = ChannelRepository.Filter()
        filter.id = try call.query.integer("id")
        filter.name = call.query.text("name")
        filter.key = call.query.text("key")
        filter.type = try call.query.integer("channel_type")
        filter.baseURL = call.query.text("base_url")
        filter.keyword = call.query.text("keyword")
        let listing = try await services.store.channels.search(filter, order: call.query.order(), page: call.query.page())
        let presentation = services.presentation(for: call)
        return listing.json("channels") { Definitions.channel.json($0, presentation) }
    }

    private static func create(_ new: [Channel], _ call: AdminCall, _ services: AdminServices) async throws -> JSON {
        guard new.count <= 1000 else { throw AdminFailure.wrong("body", expected: "at most 1000 channels") }
        let presentation = services.presentation(for: call)
        let stored = new.isEmpty ? [] : services.applied(try await services.store.channels.create(new))
        return Listing(total: Int64(stored.count), items: stored).json("channels") { Definitions.channel.json($0, presentation) }
    }
}
