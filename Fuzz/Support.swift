// What the targets of the protocol share.
@testable import MCPServer
@testable import Wire

/// The value of a text that was written here: what leaves must be JSON, whatever came in. Of a name that came twice, the last.
func written(_ text: [UInt8]) -> JSON {
    let limits = JSONLimits(maximumDepth: JSONLimits.greatestDepth, duplicateNames: .lastWins)
    guard let value = try? JSON.parse(text, limits: limits) else {
        preconditionFailure("not JSON: \(String(decoding: text, as: UTF8.self))")
    }
    return value
}

/// A reply is a message of one line's worth of JSON-RPC, under the id that was asked.
func check(_ reply: Reply, under id: MessageID?) {
    let json = written(reply.message)
    precondition(json["jsonrpc"] == "2.0", "no JSON-RPC")
    precondition(json["id"]?.serializedBytes() == id?.json.serializedBytes(), "another id")
    precondition((json["result"] == nil) != (json["error"] == nil), "neither or both of result and error")
    if let error = json["error"] {
        precondition(error["code"]?.intValue != nil && error["message"]?.stringValue != nil, "not the shape of an error")
    }
}

/// An input cut into pieces whose lengths depend on it.
func pieces(_ bytes: [UInt8], seed: Int) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var position = 0
    while position < bytes.count {
        let end = min(bytes.count, position + 1 + (position &* 31 &+ seed) % 7)
        pieces.append(Array(bytes[position..<end]))
        position = end
    }
    return pieces
}
