internal import HTTPTypes
internal import Ledger
internal import Storage
internal import Wire

extension OperationTable {
    private static let filters =
        [
            Parameter("start_timestamp", .integer, "The first moment, in seconds or milliseconds."),
            Parameter("end_timestamp", .integer, "The last moment, in seconds or milliseconds."),
            Parameter("model_name", .string, "The model."), Parameter("token_name", .string, "The token's name."),
            Parameter("token_id", .integer, "The token."), Parameter("channel", .integer, "The channel."),
            Parameter("request_id", .string, "The request."),
            Parameter("upstream_id", .string, "The upstream's id of the request."),
            Parameter("code_type", .string, "all, success or error."), Parameter("code", .integer, "The status."),
            Parameter("ip", .string, "The client's address."), Parameter("user", .string, "The end user that the client named."),
            Parameter("include_detail", .boolean, "Whether the bodies are shown (also as with_body)."),
        ] + Parameter.paging + [Parameter.order]
    private static let searchFilters =
        [Parameter("keyword", .string, "The request id, upstream id, group, model or token name.")] + filters
    private static let group = Parameter("group", .string, "The group.")
    private static let logs = MemberType.reference(Definitions.logs.name)
    private static let groupLogs = MemberType.reference(Definitions.groupLogs.name)
    private static let detail = MemberType.reference(Definitions.requestDetail.name)

    static let logOperations: [Operation] = [
        Operation(.get, "/logs/", "Lists the log.", query: [group] + filters, answer: logs) { call, services in
            try await list(Definitions.logs, group: call.query.text("group"), call, services)
        },
        Operation(.get, "/logs/search", "Searches the log.", query: [group] + searchFilters, answer: logs) { call, services in
            try await list(Definitions.logs, group: call.query.text("group"), call, services)
        },
        Operation(.get, "/logs/detail/{log_id}", "Shows the bodies of a call.", answer: detail) { call, services in
            try await bodies(group: nil, call, services)
        },
        Operation(
            .delete, "/logs/", "Deletes rows before a moment; answers how many.",
            query: [Parameter("timestamp", .integer, "The moment, in seconds or milliseconds.")], answer: .integer,
            changesDirectory: false, run: delete),
        Operation(.get, "/log/{group}", "Lists the log of a group.", query: filters, answer: groupLogs) { call, services in
            try await list(Definitions.groupLogs, group: call.text("group"), call, services)
        },
        Operation(.get, "/log/{group}/search", "Searches the log of a group.", query: searchFilters, answer: groupLogs) {
            call, services in
            try await list(Definitions.groupLogs, group: call.text("group"), call, services)
        },
        Operation(.get, "/log/{group}/detail/{log_id}", "Shows the bodies of a call of a group.", answer: detail) {
            call, services in
            try await bodies(group: call.text("group"), call, services)
        },
    ]

    private static func list(
        _ definition: Definition<LogPage>, group: String?, _ call: AdminCall, _ services: AdminServices
    ) async throws -> JSON {
        var filter = LogFilter()
        filter.groupID = group
        filter.tokenName = call.query.text("token_name")
        filter.tokenID = try call.query.integer("token_id")
        filter.model = call.query.text("model_name")
        filter.channelID = try call.query.integer("channel")
        filter.requestID = call.query.text("request_id")
        filter.upstreamID = call.query.text("upstream_id")
        if let name = call.query.text("code_type") {
            guard let type = LogFilter.CodeType(rawValue: name) else {
                throw AdminFailure.wrong("code_type", expected: "all, success or error")
            }
            filter.codeType = type
        }
        filter.code = try call.query.integer("code")
        filter.clientAddress = call.query.text("ip")
        filter.user = call.query.text("user")
        filter.since = try call.query.moment("start_timestamp")
        filter.until = try call.query.moment("end_timestamp")
        filter.keyword = call.query.text("keyword")
        let withDetail = try call.query.flag("include_detail") || call.query.flag("with_body")
        let page = try await services.store.logs.list(
            filter, order: call.query.order(), page: call.query.page(), withDetail: withDetail)
        return definition.json(page, services.presentation(for: call))
    }

    private static func bodies(group: String?, _ call: AdminCall, _ services: AdminServices) async throws -> JSON {
        let log = try await services.store.logs.detail(call.number("log_id"), group: group)
        guard log.call.detail != nil else { throw AdminFailure(.notFound, "the bodies of log \(log.id) were not kept") }
        return Definitions.requestDetail.json(log, services.presentation(for: call))
    }

    /// Batches of one request; what remains is deleted by asking again.
    private static let batchesPerRequest = 200

    private static let delete: Operation.Run = { call, services in
        guard let before = try call.query.moment("timestamp") else {
            throw AdminFailure.wrong("timestamp", expected: "seconds or milliseconds since 1970")
        }
        let batch = services.configuration.callLog.cleaningBatchSize
        var total: Int64 = 0
        for _ in 0..<batchesPerRequest {
            let count = try await services.store.logs.delete(before: before, limit: Int64(batch))
            total += Int64(count)
            if count < batch { break }
        }
        return .integer(total)
    }
}
