extension Migration {
    /// `portico_logs` is written once for each call and read seldom, so it is narrow and has two indexes beside its key:
    /// what is usually nothing is NULL, of the usage and the amount only what is counted and searched has columns, and the
    /// price (the longest member of all, the same for thousands of rows) is kept once.
    ///
    /// The key is (milliseconds since 2026-01-01 UTC) * 4096 + n: it begins with time, so that rows are appended, a span of
    /// time is a span of keys, and the table can be partitioned; it stays below 2^53, so that JavaScript reads it.
    static let logTables: [SQL] = [
        """
        CREATE TABLE portico_logs (
            id BIGINT NOT NULL PRIMARY KEY,
            request_id TEXT NOT NULL,
            group_id TEXT NOT NULL,
            token_id BIGINT NOT NULL,
            token_name TEXT NOT NULL,
            model TEXT NOT NULL,
            channel_id BIGINT NOT NULL,
            code BIGINT NOT NULL,
            mode BIGINT NOT NULL,
            endpoint TEXT NOT NULL,
            request_at BIGINT NOT NULL,
            retry_at BIGINT,
            created_at BIGINT NOT NULL,
            ttfb_milliseconds BIGINT NOT NULL,
            input_tokens BIGINT NOT NULL,
            output_tokens BIGINT NOT NULL,
            total_tokens BIGINT NOT NULL,
            used_amount BIGINT NOT NULL,
            usage_parts TEXT,
            amount_parts TEXT,
            usage_context TEXT,
            price_id BIGINT,
            retry_times BIGINT,
            async_usage_status BIGINT,
            client_address TEXT,
            upstream_id TEXT,
            content TEXT,
            end_user TEXT,
            metadata TEXT,
            prompt_cache_key TEXT
        )
        """,
        "CREATE INDEX portico_logs_by_group ON portico_logs (group_id, id)",
        "CREATE INDEX portico_logs_by_request ON portico_logs (request_id)",
        """
        CREATE TABLE portico_request_details (
            log_id BIGINT NOT NULL PRIMARY KEY,
            request_body TEXT NOT NULL,
            request_body_truncated BIGINT NOT NULL,
            response_body TEXT NOT NULL,
            response_body_truncated BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE portico_log_prices (
            id BIGINT NOT NULL PRIMARY KEY,
            price TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE portico_log_counters (
            name TEXT NOT NULL PRIMARY KEY,
            value BIGINT NOT NULL
        )
        """,
        "INSERT INTO portico_log_counters (name, value) VALUES ('log', 0), ('lag', 0)",
        """
        CREATE TABLE portico_log_marks (
            journal TEXT NOT NULL,
            lane BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            position BIGINT NOT NULL,
            PRIMARY KEY (journal, lane)
        )
        """,
    ]
}
