internal import Directory
internal import Wire

/// What the configuration of an MCP server has to be, so that it can be used when it is called.
enum ServerConfigurationCheck {
    static func proxy(_ object: JSONObject, takesReusing: Bool, _ body: BodyObject) throws(AdminFailure) {
        do throws(ServerFault) {
            _ = try ProxyConfiguration(object, takesReusing: takesReusing)
        } catch {
            throw body.wrong(error.member, expected: error.expected)
        }
    }

    /// The contract's `openapi_config`: a document, or where it is.
    static func openAPI(_ object: JSONObject, _ body: BodyObject) throws(AdminFailure) {
        let configuration = BodyObject(object, path: body.place(of: "openapi_config") + ".")
        let content = try configuration.string("openapi_content") ?? ""
        let place = try url("openapi_spec", configuration)
        guard !content.isEmpty || place else {
            throw configuration.wrong("openapi_spec", expected: "\(ServerURL.form), or openapi_content")
        }
        _ = try url("server_addr", configuration)
        let authorization = try configuration.string("authorization") ?? ""
        guard authorization.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw configuration.wrong("authorization", expected: "a header's value without control characters")
        }
        _ = try configuration.boolean("v2")
    }

    static func embedded(_ object: JSONObject, _ body: BodyObject) throws(AdminFailure) {
        _ = try BodyObject(object, path: body.place(of: "embed_config") + ".").texts("init")
    }

    static func test(_ object: JSONObject, _ body: BodyObject) throws(AdminFailure) {
        let configuration = BodyObject(object, path: body.place(of: "test_config") + ".")
        _ = try configuration.boolean("enabled")
        _ = try configuration.texts("params")
    }

    /// Whether there is a URL.
    private static func url(_ name: String, _ configuration: BodyObject) throws(AdminFailure) -> Bool {
        guard let text = try configuration.string(name), !text.isEmpty else { return false }
        guard ServerURL(text) != nil else { throw configuration.wrong(name, expected: ServerURL.form) }
        return true
    }
}
