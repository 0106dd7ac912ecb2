// What a service or an upstream answered, written for a client of each revision: it is JSON, it has what the revision wants, the
// members that belong to nobody's protocol stay, and the way over the text says the same as the way over the tree. An input is a
// letter for the kind of call, and an object: a result, or an error.
@testable import MCPServer
@testable import Wire

private let limits = JSONLimits(maximumDepth: 32)
private let kinds: [Operation.Kind] = [
    .callTool, .getPrompt, .readResource, .complete, .list(.tools), .list(.resources), .other(method: "vendor/method"),
]
/// Members that a codec may change.
private let changing: Set<String> = [
    "resultType", "ttlMs", "cacheScope", "_meta", "content", "structuredContent", "messages", "tools",
]

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    guard let first = bytes.first, let object = try? RawObject(bytes: Array(bytes.dropFirst()), limits: limits) else { return 0 }
    let kind = kinds[Int(first) % kinds.count]
    for revision in Revision.allCases where revision.era == .legacy { checkLegacy(object, kind, revision) }
    checkModern(object, kind)
    checkOutcome(object, kind)
    if let error = try? RPCError(object) { checkError(error, kind) }
    return 0
}

private func checkLegacy(_ result: RawObject, _ kind: Operation.Kind, _ revision: Revision) {
    let text = ResultCodec.legacy(result, of: kind, for: revision)
    let value = members(text)
    precondition(members(ResultCodec.legacy(RawObject(result.object), of: kind, for: revision)) == value, "text and tree differ")
    for member in ["resultType", "ttlMs", "cacheScope"] { precondition(!value.contains(member), "\(member) for \(revision)") }
    for key in ProtocolKey.ofResults { precondition(value["_meta"]?[key] == nil, "\(key) for \(revision)") }
    if kind == .callTool { precondition(value.contains("content"), "a tool's result without content") }
    checkKept(result.object, value)
    precondition(members(ResultCodec.legacy(RawObject(value), of: kind, for: revision)) == value, "not done at once")
}

private func checkModern(_ result: RawObject, _ kind: Operation.Kind) {
    let hints = [nil, CacheHint(lifetime: .seconds(5), scope: .public)]
    for hint in hints {
        let text = ResultCodec.modern(result, of: kind, hint: hint, identity: .portico)
        let value = members(text)
        let tree = ResultCodec.modern(RawObject(result.object), of: kind, hint: hint, identity: .portico)
        precondition(members(tree) == value, "text and tree differ")
        precondition(value.contains("resultType") && value["_meta"]?[ProtocolKey.serverInfo] != nil, "no envelope")
        if kind.isCacheable {
            precondition(value["ttlMs"]?.int64Value != nil && value["cacheScope"]?.stringValue != nil, "no lifetime")
        }
        if kind == .callTool { precondition(value.contains("content"), "a tool's result without content") }
        checkKept(result.object, value)
        precondition(members(ResultCodec.modern(text, of: kind, hint: hint, identity: .portico)) == value, "not done at once")
        for revision in Revision.allCases where revision.era == .legacy {
            var direct = members(ResultCodec.legacy(result, of: kind, for: revision))
            var detour = members(ResultCodec.legacy(text, of: kind, for: revision))
            for key in ["_meta"] { (direct[key], detour[key]) = (nil, nil) }
            precondition(direct == detour, "another result by way of 2026-07-28")
        }
    }
}

/// What a result says of its call is one of the outcomes; its questions can be asked.
private func checkOutcome(_ result: RawObject, _ kind: Operation.Kind) {
    let client = ClientProfile(revision: .july2026, askForm: .value, affinity: "1")
    guard let outcome = try? UpstreamAnswer.outcome(result, of: Operation(kind), client: client) else { return }
    switch outcome {
    case .complete(let result, let hint): precondition(members(result) == result.object && (hint == nil || kind.isCacheable))
    case .needs(let asks, let state):
        precondition(kind.mayAsk && (!asks.isEmpty || state != nil))
        let asked = members(InputRequired(asks: asks, state: state?.text).result(.portico))
        precondition((asked["inputRequests"]?.objectValue?.count ?? 0) == asks.count, "questions were lost")
    case .task: preconditionFailure("a task for a client that takes none")
    }
}

private func checkError(_ error: RPCError, _ kind: Operation.Kind) {
    for upstream in [Revision.november2025, .july2026] {
        for revision in Revision.allCases {
            let client = ClientProfile(revision: revision, affinity: "1")
            let crossed = UpstreamAnswer.error(error, of: Operation(kind), upstream: upstream, client: client)
            let wire = crossed.wire(for: revision)
            check(Reply(MessageID(1), failure: wire), under: MessageID(1))
            precondition(ErrorCode.mayLeave(wire.code, era: .legacy) || revision.era == .modern, "\(wire.code) for \(revision)")
        }
    }
}

private func members(_ result: RawObject) -> JSONObject {
    guard let object = written(result.serializedBytes()).objectValue else { preconditionFailure("no object") }
    return object
}

private func checkKept(_ before: JSONObject, _ after: JSONObject) {
    for (name, value) in before where !changing.contains(name) {
        precondition(after[name]?.serializedBytes() == value.serializedBytes(), "\(name) was changed")
    }
}
