import Testing
import Wire

@testable import MCPServer

@Suite("JSON-RPC messages")
struct MessageTests {
    @Test(
        "a message is a request, a notification or a response by its members",
        arguments: [
            (#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, "request"),
            (#"{"jsonrpc":"2.0","id":"","method":"ping","params":{}}"#, "request"),
            (#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, "notification"),
            (#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "response"),
            (#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}}"#, "response"),
            (#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"no"}}"#, "response"),
        ])
    func classification(text: String, kind: String) throws {
        let found =
            switch try Message(JSON.parse(text)) {
            case .request: "request"
            case .notification: "notification"
            case .response: "response"
            }
        #expect(found == kind)
    }

    @Test(
        "a bad shape is refused, naming the member",
        arguments: [
            (#"7"#, "an object", nil),
            (#"{"id":1,"method":"ping"}"#, "jsonrpc", "1"),
            (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "jsonrpc", "1"),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, "id", nil),
            (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, "id", nil),
            (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, "id", nil),
            (#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, "id", nil),
            (#"{"jsonrpc":"2.0","id":1,"method":7}"#, "method", "1"),
            (#"{"jsonrpc":"2.0","id":1,"method":""}"#, "method", "1"),
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#, "params", "1"),
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#, "params", "1"),
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, "result", "1"),
            (#"{"jsonrpc":"2.0","id":1}"#, "method, result or error", "1"),
            (#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}"#, "either", "1"),
            (#"{"jsonrpc":"2.0","id":1,"result":7}"#, "result", "1"),
            (#"{"jsonrpc":"2.0","result":{}}"#, "id", nil),
            (#"{"jsonrpc":"2.0","id":1,"error":{"message":""}}"#, "error.code", "1"),
            (#"{"jsonrpc":"2.0","id":1,"error":{"code":1}}"#, "error.message", "1"),
        ] as [(String, String, String?)])
    func badShapes(text: String, member: String, id: String?) throws {
        let json = try JSON.parse(text)
        let fault = #expect(throws: MessageFault.self) { try Message(json) }
        #expect(fault?.message.contains(member) == true, "\(fault?.message ?? "")")
        #expect(fault?.id?.description == id)
    }

    @Test("an id is kept as it was written", arguments: ["1", "1.0", "9223372036854775807", "-3", #""1""#, #""é""#])
    func idsAsWritten(text: String) throws {
        let id = try #require(MessageID(JSON.parse(text)))
        #expect(id.description == text)
    }

    @Test("ids and methods are bounded")
    func bounds() throws {
        #expect(MessageID(.string(String(repeating: "x", count: MessageID.maximumBytes))) != nil)
        #expect(MessageID(.string(String(repeating: "x", count: MessageID.maximumBytes + 1))) == nil)
        let method = String(repeating: "m", count: Message.maximumMethodBytes + 1)
        #expect(throws: MessageFault.self) { try Message(["jsonrpc": "2.0", "id": 1, "method": .string(method)]) }
    }

    @Test("the string 1 and the number 1 are different ids")
    func idTypes() throws {
        #expect(MessageID("1") != MessageID(1 as JSON))
    }

    @Test("members that nobody knows stay in the message")
    func unknownMembers() throws {
        let json = try JSON.parse(#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1.0},"extra":[1,{"b":"\u00e9"}]}"#)
        guard case .request(let request) = try Message(json) else { throw MessageFault("not a request") }
        #expect(JSON.object(request.json) == json)
    }
}
