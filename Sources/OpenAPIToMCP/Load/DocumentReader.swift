import Wire

/// Makes a value with places of a text in JSON or YAML.
struct DocumentReader {
    /// What diagnostics call the document.
    let name: String
    /// The absolute URI that relative references start from.
    let uri: String
    let limits: CompileLimits

    /// The most values that a document may have, aliases expanded: each takes some hundred bytes of memory with its places.
    static let greatestValueCount = 2_000_000

    /// Each level of a schema is two of the document, and some lie around it.
    private var depth: Int { min(JSONLimits.greatestDepth, 2 * max(0, limits.schemaDepth) + 64) }

    /// The document; nil where the text is none, and the log says why.
    func read(_ text: [UInt8], _ log: inout DiagnosticLog) -> SourceDocument? {
        guard text.count <= limits.documentBytes else {
            let fault = DocumentFault.tooLarge(limits.documentBytes)
            log.add(diagnostic(fault.code, fault.message, advice: fault.advice))
            return nil
        }
        let hasMark = text.starts(with: [0xEF, 0xBB, 0xBF])
        let content = hasMark ? Array(text.dropFirst(3)) : text
        var document =
            switch TextKind(content[...]) {
            case .json: readJSON(content, &log)
            case .yaml: readYAML(content, &log)
            case .other(let code, let message, let advice): refuse(diagnostic(code, message, advice: advice), &log)
            }
        document?.digest = ContentDigest(text)
        document?.byteCount = text.count
        return document
    }

    private func refuse(_ diagnostic: Diagnostic, _ log: inout DiagnosticLog) -> SourceDocument? {
        log.add(diagnostic)
        return nil
    }

    private func diagnostic(
        _ code: Diagnostic.Code, _ message: String, advice: String?, at location: SourceLocation? = nil,
        pointer: JSONPointer = .root, severity: Diagnostic.Severity = .error
    ) -> Diagnostic {
        Diagnostic(severity, code, document: name, pointer: pointer, location: location, message, advice: advice)
    }

    // MARK: JSON

    private func readJSON(_ text: [UInt8], _ log: inout DiagnosticLog) -> SourceDocument? {
        guard Self.valueBound(of: text) <= Self.greatestValueCount else {
            return refuse(
                diagnostic(.tooLarge, "the document has more than \(Self.greatestValueCount) values", advice: "split it"), &log)
        }
        var json = JSONLimits(maximumDepth: depth, maximumBytes: limits.documentBytes)
        do throws(JSONError) {
            let root = try JSON.parse(text, limits: json)
            return document(root, LazyJSONPlaces(text, root: root, limits: json))
        } catch  where error.code == .duplicateName {
            json.duplicateNames = .lastWins
            return readJSONWithDuplicates(text, json, &log)
        } catch {
            // What begins with `{` and an unquoted name was never meant to be JSON.
            guard Self.beginsAsJSON(text) else { return readYAML(text, &log) }
            if Self.isOnlyRelaxed(error, text), let read = try? yaml(text), read.root.kind == .object {
                log.add(
                    diagnostic(
                        .syntax, "this is not JSON (\(error.message)) and was read as YAML",
                        advice: "write it as JSON, so that other programs read it too",
                        at: location(ofByte: error.offset, in: text), pointer: error.path, severity: .warning))
                return document(read.root, YAMLPlaces(document: read))
            }
            return refuse(fault(error, in: text), &log)
        }
    }

    /// The most values that a JSON text can have: one, and for each comma, and for each bracket that is not closed at once, one more.
    private static func valueBound(of text: [UInt8]) -> Int {
        text.withUnsafeBufferPointer { text in
            var count = 1
            var opens = false
            for byte in text {
                // That bit makes braces of brackets: one test for both.
                let closesAtOnce = opens && byte | 0x20 == UInt8(ascii: "}")
                opens = byte | 0x20 == UInt8(ascii: "{")
                if byte == UInt8(ascii: ",") || opens { count += 1 }
                if closesAtOnce { count -= 1 }
            }
            return count
        }
    }

    /// Whether a bracket is followed by a quote, another bracket, or its end.
    private static func beginsAsJSON(_ text: [UInt8]) -> Bool {
        var marks = text.lazy.filter { $0 > 0x20 }.makeIterator()
        guard marks.next() == UInt8(ascii: "{"), let second = marks.next() else { return true }
        return second == UInt8(ascii: "\"") || second == UInt8(ascii: "}")
    }

    /// Whether the fault is a comma too many or a comment, which YAML has and JSON has not. Whatever else YAML would take of a faulty JSON
    /// text may mean something different.
    private static func isOnlyRelaxed(_ error: JSONError, _ text: [UInt8]) -> Bool {
        guard error.code == .unexpectedByte || error.code == .trailingContent, text.indices.contains(error.offset) else {
            return false
        }
        switch text[error.offset] {
        case UInt8(ascii: "#"): return true
        case UInt8(ascii: "}"), UInt8(ascii: "]"): return text[..<error.offset].last { $0 > 0x20 } == UInt8(ascii: ",")
        default: return false
        }
    }

    /// Real documents have names twice, and other readers take the last.
    private func readJSONWithDuplicates(_ text: [UInt8], _ json: JSONLimits, _ log: inout DiagnosticLog) -> SourceDocument? {
        let read = text.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in
                (try JSON.parse(bytes, limits: json), try JSONPlaces(bytes, limits: json, findsDuplicates: true))
            }
        }
        do throws(JSONError) {
            let (root, places) = try read.get()
            for duplicate in places.duplicates {
                log.add(
                    diagnostic(
                        .duplicateKey, "the name stands already at \(duplicate.first), and the last one counts",
                        advice: "remove one of them", at: duplicate.again, pointer: duplicate.pointer, severity: .warning))
            }
            return document(root, LazyJSONPlaces(places, root: root, limits: json))
        } catch {
            return refuse(fault(error, in: text), &log)
        }
    }

    private func fault(_ error: JSONError, in text: [UInt8]) -> Diagnostic {
        let (code, advice) = Self.explanation(of: error)
        return diagnostic(code, error.message, advice: advice, at: location(ofByte: error.offset, in: text), pointer: error.path)
    }

    private static func explanation(of error: JSONError) -> (Diagnostic.Code, String?) {
        switch error.code {
        case .tooDeep: (.tooDeep, "nest it less deeply, by references")
        case .tooLarge: (.tooLarge, "split it")
        case .invalidUTF8: (.encoding, "save the text as UTF-8")
        case .unexpectedEnd: (.syntax, "look whether the text was cut off")
        case .trailingContent: (.syntax, "keep one value in the text")
        case .controlCharacter: (.syntax, #"write line ends as \n and tabs as \t"#)
        default: (.syntax, "correct the JSON there")
        }
    }

    // MARK: YAML

    private func readYAML(_ text: [UInt8], _ log: inout DiagnosticLog) -> SourceDocument? {
        do throws(YAMLError) {
            let read = try yaml(text)
            return document(read.root, YAMLPlaces(document: read))
        } catch {
            let isTab = error.code == .syntax && byte(at: error.location, in: text) == 0x09
            let (code, message, advice) =
                isTab
                ? (.syntax, "a tab where YAML wants blanks", "indent with blanks")
                : YAMLExplanation.of(error)
            return refuse(diagnostic(code, message, advice: advice, at: error.location), &log)
        }
    }

    private func yaml(_ text: [UInt8]) throws(YAMLError) -> YAMLDocument {
        try YAML.parse(
            text,
            limits: YAMLLimits(
                maximumBytes: limits.documentBytes, maximumDepth: depth, maximumValues: Self.greatestValueCount))
    }

    private func document(_ root: JSON, _ places: any DocumentPlaces) -> SourceDocument {
        SourceDocument(name: name, uri: uri, root: root, places: places)
    }

    private func location(ofByte offset: Int, in text: [UInt8]) -> SourceLocation {
        text.withUnsafeBytes { SourceLocation(ofByte: offset, in: $0) }
    }

    /// The byte at a place, where the line up to it is ASCII.
    private func byte(at location: SourceLocation, in text: [UInt8]) -> UInt8? {
        var line = 1
        var start = 0
        while line < location.line, let end = text[start...].firstIndex(of: 0x0A) {
            line += 1
            start = end + 1
        }
        let index = start + location.column - 1
        return line == location.line && text.indices.contains(index) ? text[index] : nil
    }
}
