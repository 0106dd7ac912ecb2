extension Migration {
    /// What groups saved for public MCP servers.
    static let parameterTables: [SQL] = [
        """
        CREATE TABLE portico_mcp_params (
            group_id TEXT NOT NULL,
            mcp_id TEXT NOT NULL,
            sealed TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            PRIMARY KEY (group_id, mcp_id)
        )
        """,
        "CREATE INDEX portico_mcp_params_by_mcp ON portico_mcp_params (mcp_id)",
    ]
}
