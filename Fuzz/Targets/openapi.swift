import Outbound

// No description makes the compiler of tools trap or run on, and what it makes is sound: names that clients take, schemas that compile, the
// same bytes from the same text, requests that go nowhere but to the server, results that fit the tool's own schema. An input has up to four
// parts with a zero byte between them: the document, one that it may refer to as `other.yaml`, arguments, and an answer's body.
@testable import MCPServer
@testable import OpenAPIToMCP
@testable import Wire

private let server = "https://api.example.com/v1"
private let mediaTypes = [
    "application/json", "application/xml; charset=utf-8", "text/plain; charset=iso-8859-1", "image/png",
    "application/octet-stream", "", ";;",
]

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let parts = UnsafeBufferPointer(start: data, count: count).split(separator: 0, maxSplits: 3, omittingEmptySubsequences: false)
        .map { Array($0) }
    guard let first = parts.first else { return 0 }
    let other = parts.count > 1 ? parts[1] : []
    let arguments = parts.count > 2 ? parts[2] : []
    let answer = parts.count > 3 ? parts[3] : []
    guard let compilation = compiled(first, other) else { return 0 }
    check(compilation)
    guard let again = compiled(first, other) else { preconditionFailure("read once, and not again") }
    precondition(text(compilation) == text(again), "another outcome")
    for tool in compilation.tools.prefix(16) {
        call(tool, compilation, arguments)
        read(answer, tool, compilation)
    }
    return 0
}

private func compiled(_ text: [UInt8], _ other: [UInt8]) -> Compilation? {
    var options = CompileOptions()
    // The address sanitizer makes frames many times as large.
    options.limits.schemaDepth = 32
    options.limits.operations = 64
    var log = DiagnosticLog()
    let limits = options.limits
    guard let document = DocumentReader(name: "api", uri: "https://from.example/api.yaml", limits: limits).read(text, &log) else {
        precondition(log.hasErrors, "refused without a word")
        return nil
    }
    var (documents, _) = DocumentSet.beginning(with: document)
    let second = DocumentReader(name: "other", uri: "https://from.example/other.yaml", limits: limits).read(other, &log)
    if let second { _ = documents.add(second) }
    return OpenAPICompiler.compile(documents, options, log)
}

private func text(_ compilation: Compilation) -> [String] {
    compilation.tools.map { JSON.object($0.definition).serialized() } + compilation.diagnostics.map(\.description)
}

// MARK: - Tools

private func check(_ compilation: Compilation) {
    var names: Set<String> = []
    for tool in compilation.tools {
        precondition((1...64).contains(tool.name.utf8.count), "a name of \(tool.name.utf8.count) bytes")
        precondition(tool.name.utf8.allSatisfy(isNameByte), "a name that clients refuse")
        precondition(names.insert(tool.name).inserted, "two tools with one name")
        precondition(!tool.description.isEmpty, "a tool that does not say what it does")
        for schema in [tool.inputSchema, tool.wholeInputSchema, tool.outputSchema, tool.wholeOutputSchema] {
            if let schema { check(schema) }
        }
    }
    let coverage = compilation.coverage
    precondition(coverage.compiled == compilation.tools.count, "tools that are not counted")
    precondition(coverage.operations == coverage.compiled + coverage.refused + coverage.filtered, "operations that are lost")
    precondition(
        coverage.refused == 0 || compilation.diagnostics.contains { $0.severity == .error } || compilation.omittedDiagnostics > 0,
        "refused without a word")
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
    default: false
    }
}

private func check(_ schema: JSONObject) {
    var options = JSONSchemaOptions()
    options.unresolvedReferences = .refuse
    let compilation = JSONSchema.compile(.object(schema), options: options)
    precondition(
        compilation.schema != nil, "\(compilation.diagnostics.map(\.description)) in \(JSON.object(schema).serialized())")
    precondition(schema["type"] == "object", "not of an object")
}

// MARK: - Calls

private func call(_ tool: ToolPlan, _ compilation: Compilation, _ bytes: [UInt8]) {
    var options = RequestOptions()
    options.boundary = { "portico" }
    for arguments in [given(bytes), made(for: tool, of: bytes)] {
        guard let arguments else { continue }
        do throws(CallFault) {
            let request = try RequestBuilder.request(
                tool, arguments: arguments, server: server, schemas: compilation.schemas, options: options)
            precondition(request.url.hasPrefix(server + "/"), "away from the server: \(request.url)")
            precondition(request.url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "no URL")
            let path = request.url.dropFirst(server.count).prefix { $0 != "?" }.lowercased().replacing("%2e", with: ".")
            precondition(!path.split(separator: "/").contains { $0 == "." || $0 == ".." }, "a step in the path: \(request.url)")
            precondition(!request.url.contains("#"), "a fragment")
            for (name, value) in request.headers {
                precondition(
                    !name.isEmpty && !name.utf8.contains { $0 <= 0x20 || $0 >= 0x7F || $0 == 0x3A }, "no name of a field")
                precondition(!value.utf8.contains { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }, "more than a field")
            }
        } catch {
            precondition(!error.description.isEmpty, "a fault without words")
        }
    }
}

/// The arguments as a text of JSON.
private func given(_ bytes: [UInt8]) -> JSONObject? {
    (try? JSON.parse(bytes, limits: JSONLimits(maximumDepth: 64)))?.objectValue
}

/// An argument for each that the tool has, made of the bytes.
private func made(for tool: ToolPlan, of bytes: [UInt8]) -> JSONObject {
    let names = tool.inputSchema["properties"]?.objectValue?.names ?? []
    return JSONObject(
        names.enumerated().map { index, name in
            let text = String(decoding: bytes.dropFirst(index), as: UTF8.self)
            let kind = bytes.isEmpty ? 0 : Int(bytes[index % bytes.count])
            let value: JSON =
                switch (kind + index) % 8 {
                case 0: [.string(text), .string(name)]
                case 1: .object([text: .string(text), "a": [1, .string(text)]])
                case 2: .number(JSONNumber(kind))
                case 3: .bool(kind % 2 == 0)
                default: .string(text)
                }
            return (name, value)
        })
}

private func read(_ body: [UInt8], _ tool: ToolPlan, _ compilation: Compilation) {
    let reader = AnswerReader(tool, schemas: compilation.schemas)
    for (index, mediaType) in mediaTypes.enumerated() {
        let status = [200, 204, 404, 500][(body.count + index) % 4]
        let result = reader.result(
            status: status, headers: [("Content-Type", mediaType), ("Retry-After", "x")], body: body, isCut: body.count % 5 == 4)
        precondition(result.isError || (200...299).contains(status), "a failure that is none")
        precondition(!result.content.isEmpty, "a result without content")
        guard let content = result.structuredContent, let schema = tool.outputSchema else { continue }
        let compiled = JSONSchema.compile(.object(schema)).schema
        let violations = compiled?.validate(content) ?? []
        precondition(violations.allSatisfy(\.isUndecided), "structured content that does not fit")
    }
}
