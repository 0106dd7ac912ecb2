internal import Ledger
internal import Wire

/// `POST /v1/rerank` as Jina and Cohere have it and others after them: documents in the order in which they answer a question. It is passed
/// on as it is.
enum Rerank {
    private static let names = MemberNames("model", "query", "documents", "top_n", "return_documents")
    private static let mostDocuments = 10_000

    /// - Throws: a 400 that names the member.
    static func request(_ bytes: UnsafeRawBufferPointer) throws(RelayError) -> PassThroughRequest {
        let request = try PassThroughRequest(bytes, names: self.names)
        let query = try request.required(1)
        // Jina takes `{"text": …}` and `{"image": …}` too.
        guard query.kind == .string || query.kind == .object else { throw Member(.null, place: "query").wrong("a string") }
        try self.check(documents: try request.required(2), in: bytes)
        if let count = request.members[3], !count.isNull {
            guard let count = count.int64(in: bytes) else { throw Member(.null, place: "top_n").wrong("a whole number") }
            guard count > 0 else { throw Member(.null, place: "top_n").unacceptable("must be at least 1") }
        }
        if let flag = request.members[4], !flag.isNull, flag.kind != .boolean {
            throw Member(.null, place: "return_documents").wrong("true or false")
        }
        return request
    }

    private static func check(documents member: ScannedMember, in bytes: UnsafeRawBufferPointer) throws(RelayError) {
        let limits = JSONLimits(duplicateNames: .lastWins)
        guard member.kind == .array, let value = member.value(in: bytes), let json = try? JSON.parse(value, limits: limits) else {
            throw Member(.null, place: "documents").wrong("an array")
        }
        let documents = try Member(json, place: "documents").elements()
        guard !documents.isEmpty, documents.count <= self.mostDocuments else {
            throw Member(json, place: "documents").unacceptable("must hold 1 to \(self.mostDocuments) documents")
        }
        for document in documents {
            switch document.json {
            case .string: continue
            case .object(let object) where object["text"]?.stringValue != nil || object["image"] != nil: continue
            default: throw document.wrong("a string or an object with `text`")
            }
        }
    }

    private static let answerNames = MemberNames("usage", "meta", "tokens", "results")

    /// What an answer says of its use: `usage` (Jina), `meta` with tokens or billed units (Cohere, SiliconFlow), or `tokens`.
    /// - Returns: nil where it says nothing that is known.
    static func usage(inAnswer bytes: UnsafeRawBufferPointer) -> Usage? {
        guard let object = try? JSONScanner.scan(bytes, for: self.answerNames) else { return nil }
        func json(_ index: Int) -> JSON? { object[index]?.value(in: bytes).flatMap { try? JSON.parse($0) } }
        if let usage = json(0), let read = self.read(usage) { return read }
        let meta = json(1)
        for tokens in [meta?["tokens"], meta?["billed_units"], json(2)] {
            if let tokens, let read = self.read(tokens) { return read }
        }
        return nil
    }

    private static func read(_ tokens: JSON) -> Usage? {
        func count(_ names: String...) -> Int64? {
            names.lazy.compactMap { tokens[$0]?.int64Value }.first { $0 >= 0 && $0 < 1 << 40 }
        }
        let input = count("prompt_tokens", "input_tokens")
        let output = count("completion_tokens", "output_tokens") ?? 0
        guard let total = count("total_tokens") ?? input.map({ $0 + output }) else { return nil }
        var usage = Usage()
        usage.input = input ?? max(total - output, 0)
        usage.output = output
        usage.total = max(total, usage.input + output)
        return usage
    }
}
