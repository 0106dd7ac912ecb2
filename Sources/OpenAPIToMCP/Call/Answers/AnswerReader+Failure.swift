import MCPServer
import Wire

extension AnswerReader {
    /// An answer that is no success: what went wrong and where in a few lines, then what the API said.
    func failure(
        status: Int, headers: [(name: String, value: String)], content: AnswerContent, isCut: Bool
    ) -> ToolResult {
        var lines = ["HTTP \(StatusPhrase.line(status))"]
        if (300...399).contains(status), let location = AnswerContent.field("location", in: headers) {
            lines.append("The API sends the caller elsewhere, which is not followed: \(Self.harmless(location))")
        }
        if let delay = AnswerContent.field("retry-after", in: headers) { lines.append(Self.retry(after: delay)) }
        var text: String?
        switch content {
        case .empty: break
        case .json(let value):
            lines += FaultSummary(value).lines
            text = value.serialized()
        case .xml(let element, let body):
            lines += FaultSummary(XMLValueReader(schemas: schemas).value(of: element, schema: true)).lines
            text = body
        case .text(let body, _): text = body
        case .image(let bytes, let type), .audio(let bytes, let type), .binary(let bytes, let type, _):
            lines.append("The body has \(bytes.count) bytes of \(type)")
        }
        if let text, !text.isEmpty {
            lines.append("Body:")
            lines.append(BoundedText.text(text, atMost: options.maximumFaultBytes, isCut: isCut))
        }
        return .failure(lines.joined(separator: "\n"))
    }

    /// A URL without what may be secret in it: user and password, query, fragment.
    private static func harmless(_ location: String) -> String {
        var reference = URIReference(location)
        reference.query = nil
        reference.fragment = nil
        let authority = reference.authority.map {
            "//" + String($0.split(separator: "@", omittingEmptySubsequences: false).last ?? "")
        }
        return BoundedText.line((reference.scheme.map { $0 + ":" } ?? "") + (authority ?? "") + reference.path)
    }

    /// RFC 9110 §10.2.3: seconds, or a date.
    private static func retry(after delay: String) -> String {
        delay.utf8.allSatisfy { (0x30...0x39).contains($0) }
            ? "To be tried again after \(delay.prefix(12)) seconds"
            : "To be tried again after \(BoundedText.line(delay, atMost: 60))"
    }
}
