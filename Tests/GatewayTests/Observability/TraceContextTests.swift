import Testing

@testable import Gateway

@Suite("Trace context")
struct TraceContextTests {
    private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let parentID = "00f067aa0ba902b7"

    @Test("a traceparent is read and written as it was")
    func roundTrip() throws {
        let context = try #require(TraceContext(parent: "00-\(Self.traceID)-\(Self.parentID)-01", states: ["a=1,b=2"]))
        #expect(context.parent == "00-\(Self.traceID)-\(Self.parentID)-01")
        #expect(context.isSampled)
        #expect(context.state == "a=1,b=2")
    }

    @Test(
        "a traceparent that is wrong starts a new trace",
        arguments: [
            "", "00", "00-\(traceID)-\(parentID)", "00-\(traceID)-\(parentID)-1", "00-\(traceID)-\(parentID)-01-",
            "00-\(traceID)-\(parentID)-01-more", "ff-\(traceID)-\(parentID)-01", "0g-\(traceID)-\(parentID)-01",
            "00-\(traceID.uppercased())-\(parentID)-01", "00-00000000000000000000000000000000-\(parentID)-01",
            "00-\(traceID)-0000000000000000-01", "00_\(traceID)-\(parentID)-01", "00-\(traceID)-\(parentID)-0x",
            "01-\(traceID)-\(parentID)-01x", " 00-\(traceID)-\(parentID)-01",
        ])
    func wrongParents(text: String) { #expect(TraceContext(parent: text) == nil) }

    @Test("a later version is read as far as it is known, and passed on as version 00")
    func laterVersion() {
        #expect(
            TraceContext(parent: "cc-\(Self.traceID)-\(Self.parentID)-03-what-ever")?.parent
                == "00-\(Self.traceID)-\(Self.parentID)-01")
        #expect(TraceContext(parent: "cc-\(Self.traceID)-\(Self.parentID)-00")?.isSampled == false)
    }

    @Test(
        "tracestate that is well formed is passed on in order",
        arguments: [
            (["a=1", "b=2"], "a=1,b=2"), (["a=1 , ,\tb=2\t"], "a=1,b=2"), (["0t@sys=v w"], "0t@sys=v w"), ([""], ""), ([], ""),
            (["a_-*/9=!"], "a_-*/9=!"),
        ])
    func states(fields: [String], state: String) {
        #expect(TraceContext(parent: "00-\(Self.traceID)-\(Self.parentID)-00", states: fields)?.state == state)
    }

    @Test(
        "tracestate that is not is dropped whole, the trace goes on",
        arguments: [
            ["a"], ["=1"], ["a="], ["A=1"], ["1=1"], ["a=1,a=2"], ["a=b=c"], ["a@=1"], ["a@1b=1"], ["a=\u{e9}"], ["a b=1"],
            ["a@b@c=1"], ["a=1", "b"], [(1...33).map { "k\($0)=1" }.joined(separator: ",")],
            ["a=" + String(repeating: "x", count: 257)], [String(repeating: "k", count: 257) + "=1"],
        ])
    func wrongStates(fields: [String]) {
        let context = TraceContext(parent: "00-\(Self.traceID)-\(Self.parentID)-00", states: fields)
        #expect(context != nil)
        #expect(context?.state == "")
    }

    @Test("a long tracestate is cut at its end, member by member")
    func longState() throws {
        let fields = (0..<32).map { "k\($0)=" + String(repeating: "x", count: 100) }
        let state = try #require(TraceContext(parent: "00-\(Self.traceID)-\(Self.parentID)-00", states: fields)?.state)
        #expect(state.utf8.count >= 512 && state.utf8.count <= 1024)
        #expect(state == fields.prefix(9).joined(separator: ","))
    }

    @Test("a child keeps the trace and has a parent of its own")
    func child() throws {
        var generator = SystemRandomNumberGenerator()
        let context = try #require(TraceContext(parent: "00-\(Self.traceID)-\(Self.parentID)-01", states: ["a=1"]))
        let child = context.child(using: &generator)
        #expect(child.traceID == context.traceID && child.parentID != context.parentID)
        #expect(child.isSampled && child.state == "a=1")
        let root = TraceContext.root(using: &generator)
        #expect(TraceContext(parent: root.parent) == root)
    }
}
