/// What a text looks like by its first bytes. Names and content types are wrong too often to be asked.
enum TextKind: Sendable, Hashable {
    /// Begins with `{` or `[`: JSON, or YAML's notation that resembles it.
    case json
    case yaml
    /// Something else, by what it is called in a sentence and what to do about it.
    case other(Diagnostic.Code, String, advice: String)

    /// - Parameter text: without a byte order mark of UTF-8.
    init(_ text: ArraySlice<UInt8>) {
        if let encoding = Self.wideEncoding(text) {
            self = .other(.encoding, "the text is in \(encoding)", advice: "save it as UTF-8")
            return
        }
        if let format = Self.binaryFormat(text) {
            self = .other(.notADescription, "this is \(format)", advice: "give the description itself, in JSON or YAML")
            return
        }
        let content = text.drop { $0 == 0x20 || 0x09...0x0D ~= $0 }
        switch content.first {
        case nil: self = .other(.notADescription, "the document is empty", advice: "give a description in JSON or YAML")
        case UInt8(ascii: "{"), UInt8(ascii: "["): self = .json
        case UInt8(ascii: "<"): self = Self.markup(content)
        default: self = Self.begins(content, with: "#%raml") ? Self.raml : .yaml
        }
    }

    private static let raml = TextKind.other(.notADescription, "this is a RAML document", advice: "convert it to OpenAPI first")

    private static func wideEncoding(_ text: ArraySlice<UInt8>) -> String? {
        let first = Array(text.prefix(4))
        guard first.count >= 2 else { return nil }
        if first.count == 4, first.prefix(3) == [0, 0, 0] || first.suffix(3) == [0, 0, 0] || first == [0, 0, 0xFE, 0xFF] {
            return "UTF-32"
        }
        if first.prefix(2) == [0xFF, 0xFE] || first.prefix(2) == [0xFE, 0xFF] { return "UTF-16" }
        // A character of ASCII beside a zero.
        return (first[0] == 0) != (first[1] == 0) ? "UTF-16" : nil
    }

    private static func binaryFormat(_ text: ArraySlice<UInt8>) -> String? {
        if text.starts(with: [0x1F, 0x8B]) { return "a gzip file" }
        if text.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "a ZIP file" }
        if text.starts(with: "%PDF-".utf8) { return "a PDF" }
        return nil
    }

    private static func markup(_ content: ArraySlice<UInt8>) -> TextKind {
        if begins(content, with: "<!doctype html") || begins(content, with: "<html") || begins(content, with: "<head") {
            return .other(
                .notADescription, "this is a web page (HTML), perhaps a page to log in or one that shows the description",
                advice: "give the address of the JSON or YAML itself")
        }
        return .other(.notADescription, "this is XML or HTML", advice: "give a description in JSON or YAML")
    }

    /// In any case of ASCII letters; `prefix` is in lower case.
    private static func begins(_ content: ArraySlice<UInt8>, with prefix: String) -> Bool {
        content.prefix(prefix.utf8.count).map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }.elementsEqual(prefix.utf8)
    }
}
