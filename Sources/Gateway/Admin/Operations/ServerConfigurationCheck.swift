internal import Directory
internal import OpenAPIToMCP
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
    static func openAPI(_ object: JSONObject, takesReusing: Bool, _ body: BodyObject) throws(AdminFailure) {
        do throws(ServerFault) {
            _ = try Credentials(DocumentTarget(try DocumentConfiguration(object, takesReusing: takesReusing)))
        } catch {
            throw body.wrong(error.member, expected: error.expected)
        }
    }

    static func embedded(_ object: JSONObject, _ body: BodyObject) throws(AdminFailure) {
        _ = try BodyObject(object, path: body.place(of: "embed_config") + ".").texts("init")
    }

    static func test(_ object: JSONObject, _ body: BodyObject) throws(AdminFailure) {
        let configuration = BodyObject(object, path: body.place(of: "test_config") + ".")
        _ = try configuration.boolean("enabled")
        _ = try configuration.texts("params")
    }
}

extension BodyObject {
    /// A part of a server's configuration with the secrets that came back as their masks.
    func restored<Server>(
        _ part: ServerConfigurationPart<Server>, _ given: JSONObject, _ stored: JSONObject
    ) throws(AdminFailure) -> JSONObject {
        do throws(ServerFault) {
            return try part.restored(given, stored: stored)
        } catch {
            throw wrong(error.member, expected: error.expected)
        }
    }
}
