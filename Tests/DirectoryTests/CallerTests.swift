import Directory
import Ledger
import Testing

@Suite("A caller is what a key may do")
struct CallerTests {
    private func caller(
        token change: (inout Token) -> Void = { _ in }, group groupChange: (inout Group) -> Void = { _ in }
    ) throws -> Caller {
        var contents = Snapshot.Contents()
        contents.groups = [group("acme", groupChange)]
        contents.tokens = [try token(1, of: "acme", change)]
        return try Snapshot(contents).caller(forKeyHash: key(1))
    }

    @Test("it knows who pays, with the token's quota")
    func payer() throws {
        let caller = try caller { $0.quota.lifetime = Money(nanos: 5) }
        #expect(caller.payer.groupID == "acme")
        #expect(caller.payer.tokenID == 1)
        #expect(caller.payer.tokenName == "token-1")
        #expect(caller.payer.quota.lifetime == Money(nanos: 5))
        #expect(!caller.payer.isInternal)
    }

    @Test(
        "the group's ratio scales a model's limits",
        arguments: [
            (100, 0.0, 100), (100, -3.0, 100), (100, 1.0, 100), (100, 2.5, 250), (3, 0.5, 2), (1, 0.001, 1), (0, 5.0, 0),
            (-1, 5.0, 0),
            (100, Double.nan, 100), (100, Double.infinity, 100), (Int64.max, 2.0, Int64.max),
        ] as [(Int64, Double, Int64)])
    func limits(_ limit: Int64, ratio: Double, effective: Int64) throws {
        let model = config("gpt-5") {
            $0.rpm = limit
            $0.tpm = 10
        }
        #expect(try caller(group: { $0.rpmRatio = ratio }).limits(for: model).requestsPerMinute == effective)
        #expect(try caller(group: { $0.tpmRatio = 3 }).limits(for: model).tokensPerMinute == 30)
    }

    @Test("the operator's group has no limits, by its own keys and by its tokens")
    func internalGroup() throws {
        let model = config("gpt-5") { $0.rpm = 1 }
        let byToken = try caller(group: { $0.status = .internal })
        #expect(byToken.isInternal && byToken.payer.isInternal)
        #expect(byToken.limits(for: model) == .unlimited)
        let operatorKey = try Snapshot(sample()).caller(forKeyHash: key(1000))
        #expect(operatorKey.isInternal && operatorKey.token == nil)
        #expect(operatorKey.limits(for: model) == .unlimited)
        #expect(operatorKey.payer.tokenID == 0)
    }

    @Test("a token's models are compared without regard to case; none means all")
    func models() throws {
        let limited = try caller { $0.models = ["GPT-5", "claude"] }
        #expect(limited.allows(model: "gpt-5"))
        #expect(limited.allows(model: "CLAUDE"))
        #expect(!limited.allows(model: "gpt-5-mini"))
        #expect(try caller().allows(model: "anything"))
    }

    @Test("a token's networks limit where it may be used; networks that can't be read never mean everywhere")
    func subnets() throws {
        let office = IPAddress("10.1.2.3")
        #expect(try caller().allows(address: office))
        #expect(try caller().allows(address: nil))
        let limited = try caller { $0.subnets = ["10.0.0.0/8", "nonsense"] }
        #expect(limited.allows(address: office))
        #expect(!limited.allows(address: IPAddress("11.0.0.1")))
        #expect(!limited.allows(address: nil))
        #expect(try !caller { $0.subnets = ["nonsense"] }.allows(address: office))
    }
}
