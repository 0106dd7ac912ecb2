import Wire

/// Bodies of type `multipart/form-data` (RFC 7578, OpenAPI 3.1.1 §4.8.14.5), and of other multipart types (RFC 2046 §5.1), whose parts have no
/// names but are otherwise made the same way.
struct MultipartBody {
    let mediaType: String
    let schemas: SchemaTable
    let options: RequestOptions

    private struct Part {
        var headers: [(name: String, value: String)]
        var bytes: [UInt8]
    }

    func content(of members: [BodyWriter.Member]) throws(CallFault) -> BodyWriter.Content {
        var parts: [Part] = []
        var size = 0
        for member in members {
            let new = try self.parts(of: member)
            size += new.reduce(0) { $0 + $1.bytes.count + 128 }
            guard size <= options.maximumBodyBytes else {
                throw CallFault(
                    member.argument, "makes the body larger than the \(options.maximumBodyBytes) bytes that it may have")
            }
            parts += new
        }
        let boundary = try boundary(for: parts)
        return BodyWriter.Content(mediaType: "\(base); boundary=\(boundary)", bytes: Self.written(parts, boundary: boundary))
    }

    /// The plan's type without a boundary of its own.
    private var base: String {
        let kept = MediaType.parts(of: mediaType).filter { !$0.lowercased().hasPrefix("boundary=") }
        return kept.joined(separator: "; ")
    }

    private var isFormData: Bool { MediaType(mediaType).subtype == "form-data" }

    // MARK: - Parts

    private func parts(of member: BodyWriter.Member) throws(CallFault) -> [Part] {
        if isFormData, let styled = try StyledPair.list(of: member) {
            return try styled.map { pair throws(CallFault) in
                try part(member, name: pair.name, file: nil, mediaType: nil, bytes: Array(pair.plainValue.utf8))
            }
        }
        let reader = SchemaReader(schemas: schemas)
        let type = member.encoding?.contentType.map { MediaType(String($0.prefix { $0 != "," })) }
        if case .array(let elements) = member.value, type?.isJSON != true {
            let items = reader.value(of: "items", in: member.schema) ?? true
            var parts: [Part] = []
            for element in elements where !element.isNull { parts.append(try part(of: member, element, schema: items, reader)) }
            return parts
        }
        return member.value.isNull ? [] : [try part(of: member, member.value, schema: member.schema, reader)]
    }

    private func part(
        of member: BodyWriter.Member, _ value: JSON, schema: JSON, _ reader: SchemaReader
    ) throws(CallFault) -> Part {
        let named = member.encoding?.contentType.map(Self.list) ?? []
        let standard = reader.defaultMediaType(of: schema)
        let expected = MediaType(named.first ?? standard)
        if reader.isBinary(schema)
            || (!expected.isText && expected.type != "*" && reader.value(of: "contentEncoding", in: schema) == nil
                && isFile(value, expected, reader.types(of: schema)))
        {
            let file = try FileArgument(options).file(of: value, argument: member.argument)
            return try part(
                member, name: member.name, file: file.name ?? Self.fileName(member.name, file.mediaType),
                mediaType: Self.chosen(among: named, for: file.mediaType, standard: standard), bytes: file.bytes)
        }
        if expected.isXML {
            let writer = XMLWriter(schemas: schemas, argument: member.argument, maximumBytes: options.maximumBodyBytes)
            let bytes = try writer.document(value, schema: schema, name: member.name)
            return try part(member, name: member.name, file: nil, mediaType: named.first ?? standard, bytes: bytes)
        }
        guard let text = ParameterValue.plain(value), !expected.isJSON || value.stringValue.map(Self.isJSONText) ?? false else {
            return try part(
                member, name: member.name, file: nil, mediaType: expected.isJSON ? named.first ?? standard : "application/json",
                bytes: value.serializedBytes())
        }
        return try part(member, name: member.name, file: nil, mediaType: named.first, bytes: Array(text.utf8))
    }

    /// Whether a text for a part of a type that is no text stands for bytes: the encoding says a picture, a sound or the like, or nothing is
    /// said of the value at all and it is a data URI.
    private func isFile(_ value: JSON, _ expected: MediaType, _ types: [String]) -> Bool {
        if value.kind == .object { return !types.contains("object") && expected.essence != "application/octet-stream" }
        guard let text = value.stringValue else { return false }
        return expected.essence != "application/octet-stream" || text.prefix(5).lowercased() == "data:"
    }

    private static func isJSONText(_ text: String) -> Bool { (try? JSON.parse(text)) != nil }

    private static func list(_ contentType: String) -> [String] {
        contentType.split(separator: ",").map { String(MediaType.trimmed($0)) }.filter { !$0.isEmpty }
    }

    /// The file's own type where it is among those that the document names, else the first of these that is no range.
    private static func chosen(among named: [String], for own: String?, standard: String) -> String {
        if let own, named.isEmpty || named.contains(where: { MediaType($0).includes(MediaType(own)) }) { return own }
        return named.first { !MediaType($0).isRange } ?? (MediaType(standard).isRange ? "application/octet-stream" : standard)
    }

    /// Servers take a part for a file by its having a name, and some look at the ending.
    private static func fileName(_ member: String, _ mediaType: String?) -> String {
        guard let mediaType, let ending = FileEnding.ending(of: MediaType(mediaType).essence) else { return member }
        return member + "." + ending
    }

    private func part(
        _ member: BodyWriter.Member, name: String, file: String?, mediaType: String?, bytes: [UInt8]
    ) throws(CallFault) -> Part {
        var headers: [(name: String, value: String)] = []
        if isFormData {
            var disposition = "form-data; name=\(Self.quoted(name))"
            if let file { disposition += "; filename=\(Self.quoted(file))" }
            headers.append(("Content-Disposition", disposition))
        } else if let file {
            headers.append(("Content-Disposition", "attachment; filename=\(Self.quoted(file))"))
        }
        if let mediaType = mediaType ?? (isFormData ? nil : "text/plain; charset=utf-8") {
            guard mediaType.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
                throw CallFault(member.argument, "has a media type with characters that it can't have")
            }
            headers.append(("Content-Type", mediaType))
        }
        return Part(headers: headers + fixedHeaders(of: member), bytes: bytes)
    }

    /// The header fields of a part whose value the document fixes; others have no argument that could fill them.
    private func fixedHeaders(of member: BodyWriter.Member) -> [(name: String, value: String)] {
        let reader = SchemaReader(schemas: schemas)
        let headers = (member.encoding?.headers ?? [:]).sorted { $0.key < $1.key }
        return headers.compactMap { name, schema in
            let alone = reader.value(of: "enum", in: schema)?.arrayValue.flatMap { $0.count == 1 ? $0.first : nil }
            guard let value = reader.value(of: "const", in: schema) ?? reader.value(of: "default", in: schema) ?? alone,
                let text = ParameterValue.plain(value), HeaderName.isToken(name),
                !name.lowercased().hasPrefix("content-disposition"),
                name.lowercased() != "content-type", text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
            else { return nil }
            return (name, text)
        }
    }

    /// A quoted name as the forms of HTML have it (RFC 7578 §4.2 leaves it open): quotes and line ends percent-encoded, UTF-8 otherwise.
    private static func quoted(_ text: String) -> String {
        var output: [UInt8] = [UInt8(ascii: "\"")]
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output += "%22".utf8
            case 0x0A: output += "%0A".utf8
            case 0x0D: output += "%0D".utf8
            case 0..<0x20, 0x7F: break
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
        return String(decoding: output, as: UTF8.self)
    }

    // MARK: - Bytes

    /// A boundary that no part has in it.
    private func boundary(for parts: [Part]) throws(CallFault) -> String {
        for _ in 0..<8 {
            let boundary = options.boundary()
            let bytes = Array(boundary.utf8)
            if !parts.contains(where: { Self.contains($0.bytes, bytes) }) { return boundary }
        }
        throw CallFault(nil, "no boundary is to be found that the parts of the body don't have in them")
    }

    private static func contains(_ haystack: [UInt8], _ needle: [UInt8]) -> Bool {
        guard let first = needle.first, haystack.count >= needle.count else { return false }
        return haystack.withUnsafeBufferPointer { haystack in
            needle.withUnsafeBufferPointer { needle in
                var start = 0
                let last = haystack.count - needle.count
                while start <= last {
                    if haystack[start] == first, zip(haystack[start...], needle).allSatisfy({ $0 == $1 }) { return true }
                    start += 1
                }
                return false
            }
        }
    }

    private static func written(_ parts: [Part], boundary: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(parts.reduce(64) { $0 + $1.bytes.count + 256 })
        for part in parts {
            output += "--\(boundary)\r\n".utf8
            for (name, value) in part.headers { output += "\(name): \(value)\r\n".utf8 }
            output += "\r\n".utf8
            output += part.bytes
            output += "\r\n".utf8
        }
        output += "--\(boundary)--\r\n".utf8
        return output
    }
}
