// Texts that go somewhere else than into JSON: header values, names and URIs of virtual servers, cursors. What one side writes
// the other side reads. An input is lines: a tool's schema, its arguments, and texts.
@testable import MCPServer
@testable import Wire

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let lines = UnsafeBufferPointer(start: data, count: count).split(
        separator: 0x0A, maxSplits: 8, omittingEmptySubsequences: false
    ).map { Array($0) }
    let objects = lines.prefix(2).map { (try? JSON.parse($0, limits: JSONLimits(maximumDepth: 48)))?.objectValue }
    if objects.count == 2, let schema = objects[0], let arguments = objects[1] { checkParameters(schema, arguments) }
    let texts = lines.map { String(decoding: $0, as: UTF8.self) }
    for text in texts { checkHeader(text) }
    for (text, other) in zip(texts, texts.dropFirst()) {
        checkNames(text, other)
        // Only their end is in question.
        if let pattern = TemplatePattern(text) { precondition(pattern.literalBytes > 0 || pattern.matches("")) }
        _ = TemplatePattern(text)?.matches(other)
        checkTemplate(text, other)
    }
    checkCursors(texts)
    return 0
}

/// A value comes back as it was, and in between it is one that no proxy may change (RFC 9110 section 5.5).
private func checkHeader(_ text: String) {
    let header = SentinelText.encoded(text)
    precondition(header.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "bytes that no header has")
    precondition(header.utf8.first != 0x20 && header.utf8.last != 0x20, "blanks that a receiver trims")
    precondition(SentinelText.decoded(header)?.isExactly(text) == true, "another value")
    precondition(MCPHTTPHeaders([("x", header)])["x"] == header, "the reader trims it")
    _ = SentinelText.decoded(text)
}

/// The headers that the client face writes for a call are those that the server face wants.
private func checkParameters(_ schema: JSONObject, _ arguments: JSONObject) {
    guard let rules = HeaderRules(schema: schema) else { return }
    let headers = rules.headers(for: arguments)
    for header in headers { precondition(header.value.utf8.allSatisfy { (0x20...0x7E).contains($0) }) }
    do {
        try ParameterHeaders(schema: schema).check(MCPHTTPHeaders(headers), arguments: arguments)
    } catch {
        preconditionFailure("our own headers are refused: \(error.message)")
    }
}

private func checkNames(_ member: String, _ own: String) {
    let prefix = ExposedName.prefix(ofMember: member)
    let name = ExposedName.name(own, prefix: prefix)
    precondition(prefix.utf8.count <= ExposedName.maximumPrefixBytes && name.utf8.count <= ExposedName.maximumBytes)
    guard let parsed = ExposedName.parse(name) else { preconditionFailure("not the form of a name") }
    precondition(parsed.prefix == prefix, "another member")
    precondition(parsed.isShortened || parsed.rest.isExactly(own), "another name")
    let issued = IssuedPrefix.parse(IssuedPrefix.text(ofMember: prefix) + own)
    precondition(issued?.prefix == prefix && issued?.uri.isExactly(own) == true, "another URI")
}

private func checkTemplate(_ template: String, _ uri: String) {
    guard let values = URITemplate(template).match(uri) else { return }
    precondition(Set(values.keys) == Set(URITemplate(template).variables), "not the variables of the template")
}

/// Pages follow each other to the end, and no other text is a cursor.
private func checkCursors(_ texts: [String]) {
    let list = FeatureList(.tools, texts, pageSize: 2, key: { $0 }, definition: { ["name": .string($0)] })
    var issued: Set<String> = []
    var cursor: String?
    var seen = 0
    repeat {
        guard let page = try? list.page(cursor) else { preconditionFailure("a cursor that was issued is refused") }
        seen += page["tools"]?.arrayValue?.count ?? 0
        cursor = page["nextCursor"]?.stringValue
        if let cursor { precondition(issued.insert(cursor).inserted, "pages in a circle") }
    } while cursor != nil
    precondition(seen == Set(texts).count, "entries were lost")
    for text in texts where (try? list.page(text)) != nil { precondition(issued.contains(text), "a cursor of nobody") }
    let scope = FederationScope(endpoint: "fuzz", visibility: "1")
    for text in texts {
        guard let cursor = ListCursor(text, .tools, scope: scope, tokens: nil, now: 0) else { continue }
        precondition(cursor.text(.tools, scope: scope, tokens: nil, expiresAt: 1).isExactly(text), "another cursor")
    }
}
