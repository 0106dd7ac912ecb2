import MCPServer
import Wire

/// Makes a tool's result of an API's answers. One is made for each tool and kept: it holds the tool's output schema compiled.
struct AnswerReader: Sendable {
    /// How much of an answer a model is given.
    struct Options: Sendable, Hashable {
        /// The most bytes of text. What is structured stays whole: it is for programs, and bounded as the body was.
        var maximumTextBytes = 256 << 10
        /// The most bytes of the body of an answer that is an error.
        var maximumFaultBytes = 16 << 10
    }

    let plan: ResultPlan
    let schemas: SchemaTable
    let options: Options
    /// nil where the tool has no output schema.
    private let structure: StructuredAnswer?

    init(_ plan: ToolPlan, schemas: SchemaTable, options: Options = Options()) {
        self.plan = plan.result
        self.schemas = schemas
        self.options = options
        structure = plan.outputSchema.map { StructuredAnswer(schema: $0, wraps: plan.result.wraps) }
    }

    /// The same for one answer; compiles the schema anew.
    static func result(
        status: Int, headers: [(name: String, value: String)], body: [UInt8], isCut: Bool, plan: ToolPlan, schemas: SchemaTable
    ) -> ToolResult {
        AnswerReader(plan, schemas: schemas).result(status: status, headers: headers, body: body, isCut: isCut)
    }

    /// The result that an answer is.
    ///
    /// Structured content is given by tools that have an output schema, and by them only what fits it. Clients refuse a result without it as a
    /// whole unless it is an error; so an answer that does not fit becomes one, which begins by saying that the call was carried out, so that
    /// nobody does it twice, and then has what the API said.
    /// - Parameter isCut: whether the body is longer than what was read of it.
    func result(status: Int, headers: [(name: String, value: String)], body: [UInt8], isCut: Bool) -> ToolResult {
        let content = AnswerContent(headers: headers, body: body, isCut: isCut)
        guard (200...299).contains(status) else {
            return failure(status: status, headers: headers, content: content, isCut: isCut)
        }
        if isCut, content.isBinary {
            return .failure(
                "HTTP \(StatusPhrase.line(status)): the call was carried out, but the answer has more than the \(body.count) bytes "
                    + "that are read of it, and a part of it is of no use.")
        }
        guard let structure else { return ToolResult(content: blocks(content, status: status, isCut: isCut)) }
        guard !isCut else {
            return misfit(content, status: status, "it has more than the \(body.count) bytes that are read of it", isCut: true)
        }
        switch structure.fitted(candidates(for: content, status: status)) {
        case .fits(let value, let isWhole):
            let text =
                content.isEmpty || !isWhole
                ? blocks(content, status: status, isCut: false) : [block(value.serialized(), isCut: false)]
            return ToolResult(content: text, structuredContent: value)
        case .misfit(let reason):
            return misfit(content, status: status, content.isEmpty ? "it has no content" : reason, isCut: false)
        }
    }

    private func misfit(_ content: AnswerContent, status: Int, _ reason: String, isCut: Bool) -> ToolResult {
        let note =
            "HTTP \(StatusPhrase.line(status)): the call was carried out. Its answer is not what the tool's output schema says: \(reason). "
            + "This is what the API answered:"
        return ToolResult(content: [ContentBlock.text(note).json] + blocks(content, status: status, isCut: isCut), isError: true)
    }

    // MARK: - Values

    /// What the answer may be as data, the likeliest first.
    private func candidates(for content: AnswerContent, status: Int) -> [JSON] {
        switch content {
        case .empty: return [.null, [:]]
        case .json(let value): return [value]
        case .xml(let element, _):
            return [XMLValueReader(schemas: schemas).value(of: element, schema: schema(status: status, of: \.isXML) ?? true)]
        case .text(let text, _):
            // A text may be meant as a number or a truth value: the schema says.
            return [.string(text)] + ((try? JSON.parse(text)).map { [$0] } ?? [])
        case .image, .audio, .binary: return []
        }
    }

    /// The schema that the document has for answers of that status, in a media type of that kind or else in whatever it has first.
    private func schema(status: Int, of kind: (MediaType) -> Bool) -> JSON? {
        let names = [String(status), "\(status / 100)XX", "default"]
        let responses = names.compactMap { name in plan.responses.first { $0.status.uppercased() == name.uppercased() } }
        guard let contents = responses.first?.contents else { return nil }
        return (contents.first { kind(MediaType($0.mediaType)) } ?? contents.first)?.schema
    }

    // MARK: - Blocks

    private func blocks(_ content: AnswerContent, status: Int, isCut: Bool) -> [JSON] {
        switch content {
        case .empty: [ContentBlock.text("HTTP \(StatusPhrase.line(status)): the API answered without content.").json]
        case .json(let value): [block(value.serialized(), isCut: isCut)]
        case .xml(_, let text), .text(let text, _): [block(text, isCut: isCut)]
        case .image(let bytes, let type): [ContentBlock.image(base64: Self.base64(bytes), mimeType: type).json]
        case .audio(let bytes, let type): [ContentBlock.audio(base64: Self.base64(bytes), mimeType: type).json]
        case .binary(let bytes, let type, let name):
            // Not where it came from: that URL may hold a key.
            [
                ContentBlock.resource(
                    .blob(
                        base64: Self.base64(bytes), uri: "portico:answer/\(PercentEncoding.encoded(name ?? "file"))",
                        mimeType: type)
                ).json
            ]
        }
    }

    private func block(_ text: String, isCut: Bool) -> JSON {
        ContentBlock.text(BoundedText.text(text, atMost: options.maximumTextBytes, isCut: isCut)).json
    }

    private static func base64(_ bytes: [UInt8]) -> String { String(decoding: Base64.encoded(bytes), as: UTF8.self) }
}
