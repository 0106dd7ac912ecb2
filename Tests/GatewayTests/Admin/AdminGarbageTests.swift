import HTTPTypes
import Testing
import Wire

@testable import Gateway

@Suite("Admin API: garbage")
struct AdminGarbageTests {
    /// A generator whose numbers follow from its seed (SplitMix64).
    struct SeededGenerator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var value = state
            value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
            value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
            return value ^ (value >> 31)
        }
    }

    /// Makes requests that are nearly right: the paths, parameters and members that are known, with values that are not.
    struct Maker {
        var generator: SeededGenerator
        private static let texts = [
            "", "1", "0", "-1", "g1", "t", "a b", "%", "\u{0}", "a\u{0}b", "💥", "e\u{301}", "'",
            "\"; DROP TABLE portico_groups; --", "\\", "*",
            "9223372036854775807", "9223372036854775808", "1e9", "1.5", "NaN", "true", "null", "../../etc/passwd", "id-asc",
            "id-desc-x",
            "mcp_embed", "https://h", "daily", String(repeating: "x", count: 5000), "\u{202e}", "\r\nX: y",
        ]

        mutating func text() -> String { Self.texts.randomElement(using: &generator) ?? "" }

        mutating func value(_ type: MemberType, depth: Int = 0) -> JSON {
            // One in three is of another type than it should be.
            if Int.random(in: 0..<3, using: &generator) == 0 { return anything(depth: depth) }
            return switch type {
            case .string: .string(text())
            case .integer: .integer([0, 1, 2, 3, 53, -1, .max, .min].randomElement(using: &generator) ?? Int64(0))
            case .number: [JSON.integer(Int64(1)), 0.5, -1, 1e300, 1e-300].randomElement(using: &generator) ?? 0
            case .boolean: .bool(.random(using: &generator))
            case .list(let element): .array((0..<3).map { _ in value(element, depth: depth + 1) })
            case .map(let element): .object([text(): value(element, depth: depth + 1)])
            case .object, .reference, .page, .none: .object([text(): anything(depth: depth + 1)])
            }
        }

        mutating func anything(depth: Int) -> JSON {
            switch Int.random(in: 0..<(depth > 3 ? 5 : 7), using: &generator) {
            case 0: .null
            case 1: .bool(true)
            case 2: .integer(Int64.random(in: .min ... .max, using: &generator))
            case 3: .string(text())
            case 4: JSONNumber("1e999").map(JSON.number) ?? .null
            case 5: .array([anything(depth: depth + 1)])
            default: .object([text(): anything(depth: depth + 1)])
            }
        }

        mutating func object(_ members: [(name: String, type: MemberType)]) -> JSON {
            var object = JSONObject()
            for member in members where Bool.random(using: &generator) { object[member.name] = value(member.type) }
            return .object(object)
        }

        mutating func body(_ body: BodyDescription?) -> JSON? {
            switch body {
            case .object(_, let members): object(members)
            case .objects(_, let members): .array([object(members), object(members)])
            case .list(let type): .array([value(type), value(type)])
            case nil: Bool.random(using: &generator) ? nil : anything(depth: 0)
            }
        }

        mutating func uri(_ operation: Gateway.Operation) -> String {
            var path = "/api"
            for segment in operation.pattern.segments {
                if case .literal(let text) = segment { path += "/" + text } else { path += "/" + encoded(text()) }
            }
            let query = operation.query.filter { _ in Bool.random(using: &generator) }.map { "\($0.name)=" + encoded(text()) }
            return path + "?" + query.joined(separator: "&")
        }

        private func encoded(_ text: String) -> String {
            text.utf8.map { byte in
                byte.isHostCharacter ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
    }

    @Test("whatever is sent, the answer is an envelope and never a fault of the server", arguments: AdminEngine.available)
    func garbage(engine: AdminEngine) async throws {
        try await withAdmin(engine) { admin async throws in
            var maker = Maker(generator: SeededGenerator(state: 20_260_728))
            for round in 0..<12 {
                try await admin.ask(.post, "/api/token/g1?auto_create_group=1", ["name": .string("t\(round)")])
                for operation in OperationTable.standard.operations {
                    let uri = maker.uri(operation)
                    let body = maker.body(operation.body)
                    let answer = try await admin.ask(operation.method, uri, body)
                    let code = answer.status.code
                    #expect(
                        code < 500 || code == 501,
                        "\(operation.method) \(uri.prefix(300)) \(body?.serialized().prefix(500) ?? "")")
                    #expect(answer.envelope["success"]?.boolValue == (code == 200))
                    if code != 200 { #expect(!answer.message.isEmpty && answer.message.utf8.count < 12_000) }
                }
            }
        }
    }
}
