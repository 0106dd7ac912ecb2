extension Migration {
    /// Money is in billionths of the currency unit, times are milliseconds since 1970, lists and objects are JSON in TEXT,
    /// fractions are decimal TEXT, Booleans are 0 and 1.
    static let mainTables: [SQL] = [
        """
        CREATE TABLE portico_groups (
            id TEXT NOT NULL PRIMARY KEY,
            status BIGINT NOT NULL,
            rpm_ratio TEXT NOT NULL,
            tpm_ratio TEXT NOT NULL,
            available_sets TEXT NOT NULL,
            balance_alert_enabled BIGINT NOT NULL,
            balance_alert_threshold TEXT NOT NULL,
            used_amount BIGINT NOT NULL,
            request_count BIGINT NOT NULL,
            accessed_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE portico_tokens (
            id BIGINT NOT NULL PRIMARY KEY,
            group_id TEXT NOT NULL,
            name TEXT NOT NULL,
            key_hash BLOB NOT NULL UNIQUE,
            key_prefix TEXT NOT NULL,
            sealed_key TEXT NOT NULL,
            status BIGINT NOT NULL,
            subnets TEXT NOT NULL,
            models TEXT NOT NULL,
            quota BIGINT NOT NULL,
            period_quota BIGINT NOT NULL,
            period_type TEXT NOT NULL,
            period_start BIGINT NOT NULL,
            period_start_amount BIGINT NOT NULL,
            used_amount BIGINT NOT NULL,
            request_count BIGINT NOT NULL,
            accessed_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            UNIQUE (group_id, name)
        )
        """,
        """
        CREATE TABLE portico_channels (
            id BIGINT NOT NULL PRIMARY KEY,
            type BIGINT NOT NULL,
            name TEXT NOT NULL,
            key_hash BLOB NOT NULL,
            sealed TEXT NOT NULL,
            base_url TEXT NOT NULL,
            models TEXT NOT NULL,
            model_mapping TEXT NOT NULL,
            priority BIGINT NOT NULL,
            status BIGINT NOT NULL,
            sets TEXT NOT NULL,
            skips_tls_verification BIGINT NOT NULL,
            bans_on_no_permission BIGINT NOT NULL,
            warn_error_rate TEXT NOT NULL,
            max_error_rate TEXT NOT NULL,
            checks_balance BIGINT NOT NULL,
            balance TEXT NOT NULL,
            balance_threshold TEXT NOT NULL,
            balance_updated_at BIGINT NOT NULL,
            last_test_error_at BIGINT NOT NULL,
            used_amount BIGINT NOT NULL,
            request_count BIGINT NOT NULL,
            retry_count BIGINT NOT NULL,
            accessed_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            deleted_at BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE portico_model_configs (
            model TEXT NOT NULL PRIMARY KEY,
            owner TEXT NOT NULL,
            type BIGINT NOT NULL,
            config TEXT NOT NULL,
            plugin TEXT NOT NULL,
            price TEXT NOT NULL,
            rpm BIGINT NOT NULL,
            tpm BIGINT NOT NULL,
            retry_times BIGINT NOT NULL,
            request_timeout_seconds BIGINT NOT NULL,
            stream_request_timeout_seconds BIGINT NOT NULL,
            exclude_from_tests BIGINT NOT NULL,
            force_save_detail BIGINT NOT NULL,
            max_image_generation_count BIGINT NOT NULL,
            max_video_generation_seconds BIGINT NOT NULL,
            max_video_generation_count BIGINT NOT NULL,
            allowed_resolutions TEXT NOT NULL,
            request_body_storage_max_size BIGINT NOT NULL,
            response_body_storage_max_size BIGINT NOT NULL,
            summary_service_tier BIGINT NOT NULL,
            summary_claude_long_context BIGINT NOT NULL,
            disable_resolution_fuzzy_match BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE portico_options (
            name TEXT NOT NULL PRIMARY KEY,
            value TEXT NOT NULL
        )
        """,
        """
        CREATE TABLE portico_public_mcps (
            id TEXT NOT NULL PRIMARY KEY,
            status BIGINT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            name_cn TEXT NOT NULL,
            description TEXT NOT NULL,
            description_cn TEXT NOT NULL,
            readme TEXT NOT NULL,
            readme_cn TEXT NOT NULL,
            readme_url TEXT NOT NULL,
            readme_cn_url TEXT NOT NULL,
            github_url TEXT NOT NULL,
            logo_url TEXT NOT NULL,
            tags TEXT NOT NULL,
            default_tool_call_price BIGINT NOT NULL,
            tool_call_prices TEXT NOT NULL,
            sealed TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )
        """,
        """
        CREATE TABLE portico_group_mcps (
            group_id TEXT NOT NULL,
            id TEXT NOT NULL,
            status BIGINT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            description TEXT NOT NULL,
            sealed TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            PRIMARY KEY (group_id, id)
        )
        """,
        """
        CREATE TABLE portico_main_counters (
            name TEXT NOT NULL PRIMARY KEY,
            value BIGINT NOT NULL
        )
        """,
        "INSERT INTO portico_main_counters (name, value) VALUES ('directory', 0), ('token', 0), ('channel', 0)",
        """
        CREATE TABLE portico_main_marks (
            journal TEXT NOT NULL,
            lane BIGINT NOT NULL,
            sequence BIGINT NOT NULL,
            position BIGINT NOT NULL,
            PRIMARY KEY (journal, lane)
        )
        """,
    ]
}
