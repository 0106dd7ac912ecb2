import Wire

/// Messages that a server sends of itself, as text.
enum Outgoing {
    /// A notification.
    static func notification(_ method: String, _ params: JSONObject? = nil) -> [UInt8] {
        message(["jsonrpc": "2.0", "method": .string(method)], params.map { JSON.object($0).serializedBytes() })
    }

    /// A request.
    static func request(_ id: Int, _ method: String, _ params: RawObject?) -> [UInt8] {
        message(["jsonrpc": "2.0", "id": .integer(id), "method": .string(method)], params?.serializedBytes())
    }

    /// The parameters are put in as they are written, so that what is only passed on keeps its form.
    private static func message(_ head: JSONObject, _ params: [UInt8]?) -> [UInt8] {
        var bytes = JSON.object(head).serializedBytes()
        guard let params else { return bytes }
        bytes.removeLast()
        bytes += Array(#","params":"#.utf8)
        bytes += params
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
