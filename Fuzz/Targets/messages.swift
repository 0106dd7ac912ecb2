// A request of a client of any era, read as the ports read it: what is refused is refused by a message under the client's own id,
// what is taken says what stood in the text. An input is lines of headers, a blank line, and the body.
@testable import MCPServer
@testable import Wire

private let limits = JSONLimits(maximumDepth: 32)
private let everything = ServiceProfile(
    identity: .portico,
    capabilities: ServerCapabilities([
        "tools": [:], "prompts": [:], "resources": [:], "completions": [:], "logging": [:],
        "extensions": .object([ClientCapabilities.tasksExtension: [:]]),
    ]),
    extensionMethods: ["vendor/method"])
private let seal = SealingKey(id: 1, bytes: [UInt8](repeating: 7, count: 32))
    .flatMap { SealedTokens(keys: [$0], current: 1) }.map { ContinuationSeal(tokens: $0) }

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let (headers, body) = request(Array(UnsafeBufferPointer(start: data, count: count)))
    let json = try? JSON.parse(body, limits: limits)
    checkPost(body, json, headers)
    checkLine(SingleLine.text(body))
    checkAnswer(body, json)
    return 0
}

/// The headers and the body. Without a blank line everything is body.
private func request(_ bytes: [UInt8]) -> (MCPHTTPHeaders, [UInt8]) {
    guard let end = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }) else {
        return (MCPHTTPHeaders([]), bytes)
    }
    let fields = bytes[..<end].split(separator: 0x0A).map { line in
        let parts = line.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        return (name: parts[0], value: parts.count > 1 ? parts[1] : "")
    }
    return (MCPHTTPHeaders(fields), Array(bytes[(end + 2)...]))
}

// MARK: - As a POST

private func checkPost(_ body: [UInt8], _ json: JSON?, _ headers: MCPHTTPHeaders) {
    switch Ladder.read(body, headers: headers, limits: limits, served: Revision.newestFirst) {
    case .refused(let reply):
        precondition(reply.status == 400, "refused with status \(reply.status)")
        if let id = reply.id { precondition(json?["id"].flatMap(MessageID.init) == id, "an id that was not asked") }
        check(reply, under: reply.id)
        for revision in Revision.allCases {
            let response = reply.response(for: revision)
            if MCPHTTPHeaders(response.headers).saysJSON { _ = written(response.body) }
        }
    case .modern(let message):
        precondition(JSON.object(message.json) == json, "another message")
        checkModern(message, headers)
        checkModern(message, nil)
    case .initialize(let message):
        precondition(JSON.object(message.json) == json, "another message")
        precondition(Revision.negotiated(for: message.params?["protocolVersion"]?.stringValue ?? "").era == .legacy)
    case .session(_, let messages, let isBatch):
        precondition(isBatch == (json?.arrayValue != nil) && !messages.isEmpty, "not the messages of the body")
        precondition(isBatch ? messages.count == json?.arrayValue?.count : messages.count == 1, "messages were lost")
        for message in messages {
            precondition(message.params?.claimsRevision != true, "a modern message in a session")
            if case .request(let request) = message { checkOperation(of: request, era: .legacy) }
        }
    case .modernNotification: break
    }
}

private func checkModern(_ message: RequestMessage, _ headers: MCPHTTPHeaders?) {
    do throws(WireError) {
        let request = try ModernRequest(message, headers: headers, served: Revision.newestFirst)
        precondition(request.revision == .july2026, "a revision that the request does not name")
        guard let (method, operation) = checkOperation(of: message, era: .modern) else { return }
        try request.checkName(of: method, headers: headers)
        if let headers, method.targetMember != nil {
            precondition(headers["mcp-name"].flatMap(SentinelText.decoded)?.isExactly(operation.target ?? "") == true)
        }
        let binding = CallBinding(operation: operation, method: message.method, endpoint: "fuzz", principal: Principal(id: "1"))
        checkState(message, binding)
        _ = try InputRound(request, operation, binding: binding, seal: seal)
        if let schema = message.params?["schema"]?.objectValue, let headers {
            try ParameterHeaders(schema: schema).check(headers, arguments: operation.arguments)
        }
    } catch {
        check(Reply(message.id, failure: error), under: message.id)
        precondition(error.status == 400, "a rung below the service answers \(error.status)")
    }
}

/// The operation that a request asks for, where it is one: what belongs to the protocol is gone, all else is there.
@discardableResult
private func checkOperation(of message: RequestMessage, era: Revision.Era) -> (Method, Operation)? {
    checkFilter(message.params)
    do throws(MCPError) {
        let method = try Method.named(message.method, era: era, profile: everything)
        let params = message.params ?? JSONObject()
        switch method.handling {
        case .operation(let kind):
            let operation = try method.operation(kind, params: params)
            let left = written(operation.params.serializedBytes()).objectValue
            precondition(left == params.withoutProtocolKeys(), "not the parameters that came")
            for key in ProtocolKey.ofRequests { precondition(left?["_meta"]?[key] == nil, "\(key) was passed on") }
            for (name, value) in params where name != "_meta" && !ProtocolKey.ofRetries.contains(name) {
                precondition(left?[name]?.serializedBytes() == value.serializedBytes(), "\(name) was changed")
            }
            precondition(operation.target == method.targetMember.flatMap { params[$0]?.stringValue }, "another target")
            return (method, operation)
        case .task(let kind):
            let task = try method.taskOperation(kind, params: params)
            precondition(task.id == params["taskId"]?.stringValue)
        case .initialize, .ping, .discover, .setLevel: break
        }
    } catch {
        for revision in Revision.allCases where revision.era == era {
            check(Reply(message.id, failure: error.wire(for: revision)), under: message.id)
        }
    }
    return nil
}

/// What a listen filter says, it says again.
private func checkFilter(_ params: JSONObject?) {
    guard let filter = try? ChangeFilter(listening: params) else { return }
    precondition((try? ChangeFilter(listening: ["notifications": .object(filter.json)])) == filter, "another filter")
    precondition(filter.limited(to: filter) == filter, "less than was asked for")
    precondition(ChangeFilter().limited(to: filter) == ChangeFilter(), "more than is honoured")
}

/// What was sealed opens as it was, and for this call only. What a client sends in its place opens never.
private func checkState(_ message: RequestMessage, _ binding: CallBinding) {
    guard let seal, let params = message.params else { return }
    let state = ContinuationSeal.State(
        chain: message.method, round: params.count, continuation: Continuation(JSON.object(params).serialized()),
        visit: URLVisit(params))
    let text = seal.seal(.continuation(state), for: binding)
    guard case .continuation(let opened)? = seal.open(text, for: binding) else { preconditionFailure("does not open") }
    precondition(opened.chain == state.chain && opened.round == state.round && opened.continuation == state.continuation)
    precondition(opened.visit?.json == state.visit?.json, "another visit")
    let other = CallBinding(
        operation: binding.operation, method: binding.method, endpoint: "fuzz", principal: Principal(id: "2"))
    precondition(seal.open(text, for: other) == nil, "opens for somebody else")
}

// MARK: - As a line

private func checkLine(_ line: [UInt8]) {
    let json = try? JSON.parse(line, limits: limits)
    let rung = Ladder.read(line, headers: MCPHTTPHeaders([]), limits: limits, served: Revision.newestFirst)
    for revision in [nil, Revision.march2025, .november2025] {
        switch LineReading.read(line, limits: limits, revision: revision) {
        case .modern(let message):
            guard case .modern(let posted) = rung else { preconditionFailure("modern as a line only") }
            precondition(posted.json == message.json)
        case .legacy(.request): if case .modern = rung { preconditionFailure("modern as a POST only") }
        case .refused(let id, let error): check(Reply(id, failure: error), under: id)
        case .batch(let messages): precondition(revision == .march2025 && messages.count == json?.arrayValue?.count)
        case .cancelled, .legacy, .nothing: break
        }
    }
}

// MARK: - As an upstream's message

private func checkAnswer(_ body: [UInt8], _ json: JSON?) {
    guard let messages = try? IncomingMessage.read(body, limits: limits) else { return }
    for message in messages { checkReadBack(message) }
    // Where both readers take a message, they read the same.
    guard messages.count == 1, let json, json.kind == .object, let strict = try? Message(json) else { return }
    switch (messages[0], strict) {
    case (.request(let id, let method, let params), .request(let request)):
        precondition(id == request.id && method.isExactly(request.method) && params?.object == request.params)
    case (.notification(let method, let params), .notification(let notification)):
        precondition(method.isExactly(notification.method) && params?.object == notification.params)
    case (.result(let id, let result), .response(let response)):
        precondition(id == response.id && JSON.object(result.object) == json["result"])
    case (.failure(let id, let error), .response(let response)):
        precondition(id == response.id && JSON.object(error.object.object) == json["error"])
    default: preconditionFailure("two readers, two kinds of message")
    }
}

/// What is passed on has the same parts for who reads it next, in one line.
private func checkReadBack(_ message: IncomingMessage) {
    let text: [UInt8]
    switch message {
    case .request(_, let method, let params): text = OutgoingMessage.request(id: 7, method: method, params: params)
    case .notification(let method, let params): text = OutgoingMessage.notification(method: method, params: params)
    case .result(let id, let result): text = OutgoingMessage.result(id: id, result)
    case .failure(let id, let error):
        text = OutgoingMessage.failure(id: id ?? MessageID(0), code: error.code, message: error.message)
    }
    precondition(!text.contains(0x0A) && !text.contains(0x0D), "more than a line")
    guard let again = try? IncomingMessage.one(text, limits: JSONLimits(maximumDepth: 64)) else {
        preconditionFailure("can't be read by who gets it")
    }
    switch (message, again) {
    case (.request(_, let method, let params), .request(_, let methodAgain, let paramsAgain)),
        (.notification(let method, let params), .notification(let methodAgain, let paramsAgain)):
        precondition(method.isExactly(methodAgain) && params?.object == paramsAgain?.object, "another call")
    case (.result(let id, let result), .result(let idAgain, let resultAgain)):
        precondition(id.json.serializedBytes() == idAgain.json.serializedBytes() && result.object == resultAgain.object)
    case (.failure(_, let error), .failure(_, let errorAgain)):
        precondition(error.code == errorAgain.code && error.message.isExactly(errorAgain.message), "another error")
    default: preconditionFailure("another kind of message")
    }
}
