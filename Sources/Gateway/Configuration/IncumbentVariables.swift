extension Configuration {
    /// Variables of programs that this one replaces which have no effect here yet. Each that is set gives one line of warning.
    static let variablesWithoutEffect: Set<String> = [
        "BALANCE_SEALOS_CHECK_REAL_NAME_ENABLE", "BALANCE_SEALOS_NO_REAL_NAME_USED_AMOUNT_LIMIT",
        "BALANCE_SEALOS_REDIS_CACHE_ENABLE", "DEBUG_SQL", "DEFAULT_CHANNEL_MODELS", "DEFAULT_CHANNEL_MODEL_MAPPING",
        "DISABLE_AUTO_MIGRATE_DB", "DISABLE_WEB", "DISABLE_WEB_ROOT", "FFMPEG_ENABLED",
        "FUZZY_TOKEN_THRESHOLD", "GROUP_CONSUME_LEVEL_RATIO", "NOTIFY_FEISHU_WEBHOOK", "NOTIFY_NOTE", "ON_CALL_LARK_APP_ID",
        "ON_CALL_LARK_APP_SECRET", "ON_CALL_LARK_OPEN_ID", "REDIS_KEY_PREFIX", "RETRY_LOG_STORAGE_HOURS", "SEALOS_ACCOUNT_URL",
        "SEALOS_JWT_KEY", "SQL_MAX_IDLE_CONNS", "SQL_MAX_LIFETIME", "SQL_MAX_OPEN_CONNS", "USAGE_ALERT_MIN_AVG_THRESHOLD",
        "USAGE_ALERT_THRESHOLD", "USAGE_ALERT_WHITELIST", "WEB_PATH",
    ]

    /// Settings that are read and checked but not acted on yet, by their first variable. Each that is set gives one line of warning.
    static let settingsWithoutEffect: Set<String> = [
        "IP_GROUPS_BAN_THRESHOLD", "IP_GROUPS_THRESHOLD", "REDIS",
    ]

    /// Parts of such programs' configuration files that have no effect here yet.
    static let fileKeysWithoutEffect: Set<String> = ["channels", "modelconfigs", "options"]
}
