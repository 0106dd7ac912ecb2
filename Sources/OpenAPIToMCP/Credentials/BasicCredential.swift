import MCPServer
import Wire

/// User and password as `Authorization: Basic` has them (RFC 7617).
enum BasicCredential {
    /// What stands behind `Basic `.
    static func encoded(user: String, password: String) -> String {
        String(decoding: Base64.encoded(Array("\(user):\(password)".utf8)), as: UTF8.self)
    }
}
