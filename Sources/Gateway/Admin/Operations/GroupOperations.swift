internal import Directory
internal import HTTPTypes
internal import Storage
internal import Wire

extension OperationTable {
    private static let settings: [(name: String, type: MemberType)] = [
        ("rpm_ratio", .number), ("tpm_ratio", .number), ("available_sets", .list(.string)), ("balance_alert_enabled", .boolean),
        ("balance_alert_threshold", .number),
    ]
    private static let group = MemberType.reference(Definitions.group.name)
    private static let groups = MemberType.page(member: "groups", of: group)

    static let groupOperations: [Operation] = [
        Operation(.get, "/groups/", "Lists groups.", query: Parameter.paging + [Parameter.order], answer: groups) {
            call, services in
            try await page(services.store.groups.search(order: call.query.order(), page: call.query.page()), call, services)
        },
        Operation(
            .get, "/groups/search", "Searches groups by id or set.",
            query: [Parameter.keyword, Parameter("status", .integer, "1 or 2.")] + Parameter.paging + [Parameter.order],
            answer: groups
        ) { call, services in
            let status = try call.query.integer("status").map { Group.Status(number: $0) }
            return try await page(
                services.store.groups.search(
                    keyword: call.query.text("keyword"), status: status, order: call.query.order(), page: call.query.page()),
                call,
                services)
        },
        Operation(.get, "/group/{group}", "Shows a group.", answer: group) { call, services in
            let found = try await services.store.groups.get(call.text("group"))
            return Definitions.group.json(found, services.presentation(for: call))
        },
        Operation(
            .post, "/group/{group}", "Creates a group.", body: .object("CreateGroup", settings), answer: group
        ) { call, services in
            var group = Group(id: call.text("group"), createdAt: 0)
            try read(call.object(), into: &group)
            let stored = services.applied(try await services.store.groups.create(group))
            return Definitions.group.json(stored, services.presentation(for: call))
        },
        Operation(
            .put, "/group/{group}", "Changes the members of a group that are given.",
            body: .object("UpdateGroup", settings + [("status", .integer)]), answer: group
        ) { call, services in
            var group = try await services.store.groups.get(call.text("group")).group
            let body = try call.object()
            try read(body, into: &group)
            if let status = try body.status() { group.status = Group.Status(number: status) }
            let stored = services.applied(try await services.store.groups.update(group))
            return Definitions.group.json(stored, services.presentation(for: call))
        },
        Operation(.delete, "/group/{group}", "Deletes a group with its tokens and MCP servers.") { call, services in
            services.applied(try await services.store.groups.delete(call.text("group")))
            return .null
        },
        Operation(
            .post, "/group/{group}/status", "Enables or disables a group.", body: .object("GroupStatus", [("status", .integer)])
        ) { call, services in
            let body = try call.object()
            let status = Group.Status(number: try body.required("status", "1 (enabled) or 2 (disabled)", body.status()))
            services.applied(try await services.store.groups.setStatus(call.text("group"), status))
            return .null
        },
        Operation(
            .post, "/group/{group}/rpm_ratio", "Sets the factor on a group's requests per minute.",
            body: .object("RPMRatio", [("rpm_ratio", .number)])
        ) { call, services in
            let body = try call.object()
            let ratio = try body.required("rpm_ratio", "a number", ratio("rpm_ratio", body))
            services.applied(try await services.store.groups.setRatios(call.text("group"), rpm: ratio))
            return .null
        },
        Operation(
            .post, "/group/{group}/tpm_ratio", "Sets the factor on a group's tokens per minute.",
            body: .object("TPMRatio", [("tpm_ratio", .number)])
        ) { call, services in
            let body = try call.object()
            let ratio = try body.required("tpm_ratio", "a number", ratio("tpm_ratio", body))
            services.applied(try await services.store.groups.setRatios(call.text("group"), tpm: ratio))
            return .null
        },
        Operation(.post, "/groups/batch_delete", "Deletes groups.", body: .list(.string)) { call, services in
            services.applied(try await services.store.groups.delete(call.texts()))
            return .null
        },
        Operation(
            .post, "/groups/batch_status", "Enables or disables groups.",
            body: .object("GroupsStatus", [("groups", .list(.string)), ("status", .integer)])
        ) { call, services in
            let body = try call.object()
            let ids = try body.required("groups", "an array of ids", body.strings("groups"))
            guard ids.count <= 1000 else { throw body.wrong("groups", expected: "at most 1000 ids") }
            let status = Group.Status(number: try body.required("status", "1 (enabled) or 2 (disabled)", body.status()))
            for id in ids { services.applied(try await services.store.groups.setStatus(id, status)) }
            return .null
        },
    ]

    private static func read(_ body: BodyObject, into group: inout Group) throws(AdminFailure) {
        group.rpmRatio = try ratio("rpm_ratio", body) ?? group.rpmRatio
        group.tpmRatio = try ratio("tpm_ratio", body) ?? group.tpmRatio
        group.availableSets = try body.strings("available_sets") ?? group.availableSets
        group.balanceAlertEnabled = try body.boolean("balance_alert_enabled") ?? group.balanceAlertEnabled
        group.balanceAlertThreshold = try body.number("balance_alert_threshold") ?? group.balanceAlertThreshold
    }

    private static func ratio(_ name: String, _ body: BodyObject) throws(AdminFailure) -> Double? {
        guard let ratio = try body.number(name) else { return nil }
        guard (0...1_000_000).contains(ratio) else { throw body.wrong(name, expected: "a number from 0 to 1000000") }
        return ratio
    }

    private static func page(_ listing: Listing<StoredGroup>, _ call: AdminCall, _ services: AdminServices) -> JSON {
        let presentation = services.presentation(for: call)
        return listing.json("groups") { Definitions.group.json($0, presentation) }
    }
}

extension Listing {
    /// One page as an answer: the rows under `member`, and how many there are in all.
    func json(_ member: String, _ write: (Item) -> JSON) -> JSON {
        .object([member: .array(items.map(write)), "total": .integer(total)])
    }
}
