internal import HTTPTypes

/// An operation that programs written for the contract may ask for, whether or not it is served here.
struct ContractOperation: Sendable {
    let method: HTTPRequest.Method
    let pattern: PathPattern

    /// All that the contract's document has below `/api`, and those that only the incumbent's router has.
    static let all: [ContractOperation] = text.split(separator: "\n").flatMap { line in
        let words = line.split(separator: " ").map(String.init)
        return words.dropLast().compactMap { word in
            HTTPRequest.Method(word).map { ContractOperation(method: $0, pattern: PathPattern(words[words.count - 1])) }
        }
    }

    /// Those of them that the tool side of the front answers, since they are MCP and no operations of one answer.
    static let answeredByFront: [ContractOperation] = all.filter { operation in
        operation.pattern.segments.first == .literal("test-embedmcp")
            || operation.pattern.segments.first == .literal("test-publicmcp")
    }

    private static let text = """
        POST /channel/
        POST /channel/test
        POST /channel/test-all
        GET PUT DELETE /channel/{id}
        GET /channel/{id}/balance
        POST /channel/{id}/status
        GET /channel/{id}/test
        GET /channel/{id}/{model...}
        GET POST /channels/
        GET /channels/all
        GET /channels/balance
        POST /channels/batch_delete
        POST /channels/batch_info
        POST /channels/import/oneapi
        GET /channels/search
        GET /channels/test
        GET /channels/type_metas
        GET /dashboard/
        GET /dashboard/{group}
        GET /dashboard/{group}/models
        GET /dashboardv2/
        GET /dashboardv2/{group}
        GET /dashboardv3/
        GET /dashboardv3/{group}
        GET POST /embedmcp/
        GET PUT POST DELETE /group/{group}
        GET /group/{group}/mcp
        GET /group/{group}/mcp/{id}
        GET PUT POST DELETE /group/{group}/model_config/{model...}
        GET PUT POST DELETE /group/{group}/model_configs/
        POST /group/{group}/rpm_ratio
        POST /group/{group}/status
        POST /group/{group}/tpm_ratio
        GET /groups/
        POST /groups/batch_delete
        POST /groups/batch_status
        GET /groups/consumption_ranking
        GET /groups/ip_groups
        GET /groups/ranking
        GET /groups/search
        GET /log/{group}
        GET /log/{group}/detail/{log_id}
        GET /log/{group}/export
        GET /log/{group}/search
        GET DELETE /logs/
        GET /logs/consume_error
        GET /logs/detail/{log_id}
        GET /logs/export
        GET /logs/search
        GET /mcp/group/all
        GET POST /mcp/group/{group}
        GET PUT DELETE /mcp/group/{group}/{id}
        POST /mcp/group/{group}/{id}/status
        POST /mcp/public/
        GET PUT POST DELETE /mcp/public/{id}
        GET POST /mcp/public/{id}/group/{group}/params
        POST /mcp/public/{id}/status
        GET POST /mcp/publics/
        GET /mcp/publics/all
        GET POST DELETE /model_config/{model...}
        GET POST /model_configs/
        GET /model_configs/all
        POST /model_configs/batch_delete
        POST /model_configs/contains
        GET /model_configs/search
        GET /models/builtin
        GET /models/builtin/channel
        GET /models/builtin/channel/{type}
        GET /models/default
        GET /models/default/{type}
        GET /models/enabled
        GET /models/enabled/{set}
        GET /models/sets
        GET DELETE /monitor/
        GET /monitor/banned_channels
        POST /monitor/batch_group_token_metrics
        GET /monitor/group_model_metrics/{group}
        GET /monitor/group_summary_metrics
        GET /monitor/group_token_metrics/{group}
        GET /monitor/group_tokenname_model_metrics/{group}
        GET /monitor/models
        GET /monitor/runtime_metrics
        GET DELETE /monitor/{id}
        DELETE /monitor/{id}/{model...}
        GET PUT POST /option/
        POST /option/batch
        GET PUT /option/{key}
        GET /status
        GET POST DELETE /test-embedmcp/{id}
        GET /test-embedmcp/{id}/sse
        GET /test-publicmcp/{group}/{id}/sse
        POST /token/{group}
        POST /token/{group}/batch_delete
        GET /token/{group}/search
        GET PUT DELETE /token/{group}/{id}
        POST /token/{group}/{id}/name
        POST /token/{group}/{id}/status
        GET /tokens/
        POST /tokens/batch_delete
        GET /tokens/search
        GET /tokens/{group}
        GET PUT DELETE /tokens/{id}
        POST /tokens/{id}/name
        POST /tokens/{id}/status
        GET /channel/{id}/update_balance
        GET /channels/update_balance
        GET /channel/{id}/test/{model...}
        POST /channel/test-preview
        POST /channel/test-preview-all
        GET /token/{group}
        """
}
