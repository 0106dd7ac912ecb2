internal import Directory
internal import HTTPTypes
internal import Ledger
internal import Storage
internal import Wire

extension OperationTable {
    private static let settings: [(name: String, type: MemberType)] = [
        ("name", .string), ("subnets", .list(.string)), ("models", .list(.string)), ("quota", .number), ("period_quota", .number),
        ("period_type", .string),
    ]
    private static let token = MemberType.reference(Definitions.token.name)
    private static let tokens = MemberType.page(member: "tokens", of: token)
    private static let filters = [
        Parameter.keyword, Parameter("name", .string, "The name."),
        Parameter("key", .string, "The key, or its first characters."),
        Parameter("status", .integer, "1 or 2."),
    ]

    static let tokenOperations: [Operation] =
        listOperations
        + itemOperations.flatMap { item in
            // The same below a group, which the token then has to belong to, and without one.
            ["/token/{group}/{id}", "/tokens/{id}"].map { item.also(at: $0 + item.pattern.description.dropFirst("/{id}".count)) }
        }

    private static let listOperations: [Operation] = [
        Operation(.get, "/tokens/", "Lists tokens.", query: filters + Parameter.paging + [Parameter.order], answer: tokens) {
            call, services in try await search(call, services, group: call.query.text("group"))
        },
        Operation(
            .get, "/tokens/search", "Searches tokens.", query: filters + Parameter.paging + [Parameter.order], answer: tokens
        ) {
            call, services in try await search(call, services, group: call.query.text("group"))
        },
        Operation(.get, "/token/{group}", "Lists a group's tokens.", query: Parameter.paging + [Parameter.order], answer: tokens)
        {
            call, services in try await search(call, services, group: call.text("group"))
        },
        Operation(.get, "/token/{group}/search", "Searches a group's tokens.", query: filters + Parameter.paging, answer: tokens)
        {
            call, services in try await search(call, services, group: call.text("group"))
        },
        Operation(
            .post, "/token/{group}", "Creates a token; the answer alone shows its whole key.",
            query: [
                Parameter("auto_create_group", .boolean, "Whether the group is made where there is none."),
                Parameter("ignore_exist", .boolean, "Whether a token of that name is given back instead of refused."),
            ], body: .object("AddToken", settings), answer: token, run: create),
        Operation(.post, "/tokens/batch_delete", "Deletes tokens.", body: .list(.integer)) { call, services in
            services.applied(try await services.store.tokens.delete(call.numbers()))
            return .null
        },
        Operation(.post, "/token/{group}/batch_delete", "Deletes tokens of a group.", body: .list(.integer)) { call, services in
            services.applied(try await services.store.tokens.delete(call.numbers(), in: call.text("group")))
            return .null
        },
    ]

    private static let itemOperations: [Operation] = [
        // The contract's document has `/tokens/{group}` beside `/tokens/{id}`: what is no number is a group.
        Operation(.get, "/{id}", "Shows a token.", answer: token) { call, services in
            if call.parameters["group"] == nil, Int64(call.text("id")) == nil {
                return try await search(call, services, group: call.text("id"))
            }
            return try show(try await services.store.tokens.get(call.number("id"), in: call.parameters["group"]), call, services)
        },
        Operation(
            .put, "/{id}", "Changes the members of a token that are given.",
            body: .object("UpdateToken", settings + [("status", .integer)]), answer: token
        ) { call, services in
            var token = try await services.store.tokens.get(call.number("id"), in: call.parameters["group"]).token
            let body = try call.object()
            token.name = try body.string("name") ?? token.name
            token.subnets = try body.strings("subnets") ?? token.subnets
            token.models = try body.strings("models") ?? token.models
            try read(body, into: &token.quota)
            if let status = try body.status() { token.status = Token.Status(number: status) }
            let stored = services.applied(try await services.store.tokens.update(token, in: call.parameters["group"]))
            return try show(stored, call, services)
        },
        Operation(.delete, "/{id}", "Deletes a token.") { call, services in
            services.applied(try await services.store.tokens.delete(call.number("id"), in: call.parameters["group"]))
            return .null
        },
        Operation(.post, "/{id}/status", "Enables or disables a token.", body: .object("TokenStatus", [("status", .integer)])) {
            call, services in
            let body = try call.object()
            let status = Token.Status(number: try body.required("status", "1 (enabled) or 2 (disabled)", body.status()))
            services.applied(try await services.store.tokens.setStatus(call.number("id"), in: call.parameters["group"], status))
            return .null
        },
        Operation(.post, "/{id}/name", "Renames a token.", body: .object("TokenName", [("name", .string)])) { call, services in
            let body = try call.object()
            let name = try body.required("name", "a text", body.string("name"))
            services.applied(try await services.store.tokens.setName(call.number("id"), in: call.parameters["group"], name))
            return .null
        },
    ]

    private static let create: Operation.Run = { call, services in
        let body = try call.object()
        var new = TokenRepository.New(groupID: call.text("group"), name: try body.required("name", "a text", body.string("name")))
        new.subnets = try body.strings("subnets") ?? []
        new.models = try body.strings("models") ?? []
        try read(body, into: &new.quota)
        let stored = services.applied(
            try await services.store.tokens.create(
                new, autoCreateGroup: call.query.flag("auto_create_group"), ignoreExisting: call.query.flag("ignore_exist"),
                maximumInGroup: Int64(services.configuration.relay.groupMaximumTokens)))
        return Definitions.token.json(ShownToken(stored: stored, key: try stored.key()), services.presentation(for: call))
    }

    private static func read(_ body: BodyObject, into quota: inout TokenQuota) throws(AdminFailure) {
        quota.lifetime = try body.money("quota") ?? quota.lifetime
        quota.perPeriod = try body.money("period_quota") ?? quota.perPeriod
        guard let name = try body.string("period_type"), !name.isEmpty else { return }
        guard let period = TokenQuota.Period(rawValue: name) else {
            throw body.wrong("period_type", expected: "daily, weekly or monthly")
        }
        quota.period = period
    }

    private static func search(_ call: AdminCall, _ services: AdminServices, group: String?) async throws -> JSON {
        var filter = TokenRepository.Filter()
        filter.groupID = group
        filter.name = call.query.text("name")
        filter.key = call.query.text("key")
        filter.status = try call.query.integer("status").map { Token.Status(number: $0) }
        filter.keyword = call.query.text("keyword")
        let listing = try await services.store.tokens.search(filter, order: call.query.order(), page: call.query.page())
        return .object([
            "tokens": .array(try listing.items.map { try show($0, call, services) }), "total": .integer(listing.total),
        ])
    }

    /// A token without its key, unless keys are shown.
    private static func show(_ stored: StoredToken, _ call: AdminCall, _ services: AdminServices) throws -> JSON {
        let presentation = services.presentation(for: call)
        return Definitions.token.json(
            ShownToken(stored: stored, key: presentation.showsSecrets ? try stored.key() : nil), presentation)
    }
}
