internal import Directory
internal import Ledger
internal import Wire

extension PublicServerRepository {
    static let columns = """
        id, status, kind, name, name_cn, description, description_cn, readme, readme_cn, readme_url, readme_cn_url, github_url,
        logo_url, tags, default_tool_call_price, tool_call_prices, sealed, created_at, updated_at
        """

    static func read(_ row: any SQLRow, _ secrets: StoreSecrets) throws(StorageError) -> PublicServer {
        var server = PublicServer(
            id: row.text(0), kind: PublicServer.Kind(name: row.text(2)), createdAt: row.integer(17))
        server.status = PublicServer.Status(number: row.integer(1))
        server.name = row.text(3)
        server.nameChinese = row.text(4)
        server.description = row.text(5)
        server.descriptionChinese = row.text(6)
        server.readme = row.text(7)
        server.readmeChinese = row.text(8)
        server.readmeURL = row.text(9)
        server.readmeChineseURL = row.text(10)
        server.githubURL = row.text(11)
        server.logoURL = row.text(12)
        server.tags = try JSONText.strings(row.text(13))
        server.defaultToolCallPrice = Money(nanos: row.integer(14))
        for (tool, price) in try JSONText.object(row.text(15)) {
            server.toolCallPrices[tool] = Money(nanos: price.int64Value ?? 0)
        }
        let sealed = try secrets.openObject(row.text(16), for: .publicServer)
        server.proxyConfig = sealed["proxy_config"]?.objectValue ?? JSONObject()
        server.openAPIConfig = sealed["openapi_config"]?.objectValue ?? JSONObject()
        server.embedConfig = sealed["embed_config"]?.objectValue ?? JSONObject()
        server.testConfig = sealed["test_config"]?.objectValue ?? JSONObject()
        server.updatedAt = row.integer(18)
        return server
    }

    static func find(
        _ id: String, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) -> PublicServer {
        let found = try connection.first(SQL("SELECT \(columns) FROM portico_public_mcps WHERE id = ?1t"), [.text(id)]) {
            row throws(StorageError) in try read(row, secrets)
        }
        guard let found else { throw .notFound("public MCP server", id) }
        return found
    }

    /// Whether there is such a server. If so, it can't be deleted until the transaction ends, so that nothing is left behind that
    /// belongs to it.
    static func hold(_ id: String, _ connection: any SQLConnection) throws(StorageError) -> Bool {
        try connection.execute("UPDATE portico_public_mcps SET status = status WHERE id = ?1t", [.text(id)]) == 1
    }

    static func all(_ connection: any SQLConnection, _ secrets: StoreSecrets) throws(StorageError) -> [PublicServer] {
        try connection.query(SQL("SELECT \(columns) FROM portico_public_mcps ORDER BY id"), []) { row throws(StorageError) in
            try read(row, secrets)
        }
    }

    static func upsert(
        _ server: PublicServer, _ connection: any SQLConnection, _ secrets: StoreSecrets
    ) throws(StorageError) {
        try connection.execute(
            SQL(
                """
                INSERT INTO portico_public_mcps (\(columns))
                VALUES (?1t, ?2i, ?3t, ?4t, ?5t, ?6t, ?7t, ?8t, ?9t, ?10t, ?11t, ?12t, ?13t, ?14t, ?15i, ?16t, ?17t, ?18i, ?19i)
                ON CONFLICT (id) DO UPDATE SET status = excluded.status, kind = excluded.kind, name = excluded.name,
                    name_cn = excluded.name_cn, description = excluded.description, description_cn = excluded.description_cn,
                    readme = excluded.readme, readme_cn = excluded.readme_cn, readme_url = excluded.readme_url,
                    readme_cn_url = excluded.readme_cn_url, github_url = excluded.github_url, logo_url = excluded.logo_url,
                    tags = excluded.tags, default_tool_call_price = excluded.default_tool_call_price,
                    tool_call_prices = excluded.tool_call_prices, sealed = excluded.sealed, updated_at = excluded.updated_at
                """), values(server, secrets))
    }

    static func check(_ server: PublicServer) throws(StorageError) {
        try MCPServerRules.check(id: server.id)
        guard PublicServer.Kind.all.contains(server.kind) else {
            throw .invalid("type", "one of " + PublicServer.Kind.all.map(\.name).joined(separator: ", "))
        }
        for (member, text) in [
            ("name", server.name), ("name_cn", server.nameChinese), ("description", server.description),
            ("description_cn", server.descriptionChinese), ("readme", server.readme), ("readme_cn", server.readmeChinese),
            ("readme_url", server.readmeURL), ("readme_cn_url", server.readmeChineseURL), ("github_url", server.githubURL),
            ("logo_url", server.logoURL),
        ] { try Limits.check(long: member, text) }
        try Limits.check("tags", server.tags)
        try Limits.check("price.tools_call_prices", Array(server.toolCallPrices.keys))
        guard server.defaultToolCallPrice >= .zero, server.toolCallPrices.values.allSatisfy({ $0 >= .zero }) else {
            throw .invalid("price", "zero or more")
        }
        try MCPServerRules.check(size: sealed(server))
    }

    private static func sealed(_ server: PublicServer) -> JSONObject {
        [
            "proxy_config": .object(server.proxyConfig), "openapi_config": .object(server.openAPIConfig),
            "embed_config": .object(server.embedConfig), "test_config": .object(server.testConfig),
        ]
    }

    private static func values(_ server: PublicServer, _ secrets: StoreSecrets) -> [SQLValue] {
        let prices = JSONObject(
            server.toolCallPrices.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value.nanos)) })
        return [
            .text(server.id), .integer(server.status.number), .text(server.kind.name), .text(server.name),
            .text(server.nameChinese), .text(server.description), .text(server.descriptionChinese), .text(server.readme),
            .text(server.readmeChinese), .text(server.readmeURL), .text(server.readmeChineseURL), .text(server.githubURL),
            .text(server.logoURL), JSONText.write(server.tags), .integer(server.defaultToolCallPrice.nanos),
            JSONText.write(prices), .text(secrets.seal(sealed(server), for: .publicServer)), .integer(server.createdAt),
            .integer(server.updatedAt),
        ]
    }
}

/// What holds for public and group servers alike.
enum MCPServerRules {
    static func check(id: String) throws(StorageError) {
        let isValid = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isValid, (1...64).contains(id.utf8.count) else {
            throw .invalid("id", "1 to 64 letters, digits, hyphens and underscores")
        }
    }

    static func check(size object: JSONObject) throws(StorageError) {
        guard JSON.object(object).serializedBytes().count <= StoreSecrets.greatestPlaintext else {
            throw .invalid("config", "at most \(StoreSecrets.greatestPlaintext >> 20) MiB in all")
        }
    }
}
