import MCPServer
import Wire

/// Bytes that an argument stands for: base64 (RFC 4648 §4 and §5, padded or not), a data URI (RFC 2397), or a link to a resource.
///
/// A file may be an object, too: one of `data`, `blob` (both base64), `text` and `uri`, with `mimeType` and `name` or `filename` as far as they
/// are known; a resource and a resource link of MCP are such objects.
struct FileArgument {
    private let options: RequestOptions

    init(_ options: RequestOptions) { self.options = options }

    func file(of value: JSON, argument: String) throws(CallFault) -> RequestOptions.File {
        switch value {
        case .string(let text): return try file(text, argument)
        case .object(let object):
            var object = object
            if let resource = object["resource"]?.objectValue { object = resource }
            var file = try content(of: object, argument)
            file.mediaType = (object["mimeType"] ?? object["mediaType"] ?? object["contentType"])?.stringValue ?? file.mediaType
            file.name = (object["filename"] ?? object["name"])?.stringValue ?? file.name
            return file
        default: throw CallFault(argument, Self.expected)
        }
    }

    private static let expected = "must be the file's bytes in base64, or a data URI such as data:text/plain;base64,SGVsbG8="

    private func content(of object: JSONObject, _ argument: String) throws(CallFault) -> RequestOptions.File {
        if let data = (object["data"] ?? object["blob"])?.stringValue { return try file(data, argument) }
        if let text = object["text"]?.stringValue { return RequestOptions.File(bytes: Array(text.utf8)) }
        if let uri = object["uri"]?.stringValue { return try file(uri, argument) }
        throw CallFault(argument, Self.expected)
    }

    private func file(_ text: String, _ argument: String) throws(CallFault) -> RequestOptions.File {
        if text.prefix(5).lowercased() == "data:" { return try dataURI(text.utf8.dropFirst(5), argument) }
        if Self.isURI(text) {
            guard let file = options.resource(text) else {
                throw CallFault(
                    argument, "links to a resource, which is not followed here: give its bytes in base64, or a data URI")
            }
            return file
        }
        guard text.utf8.count / 4 * 3 <= options.maximumBodyBytes, let bytes = Self.base64(text.utf8) else {
            throw CallFault(argument, Self.expected)
        }
        return RequestOptions.File(bytes: bytes)
    }

    /// `data:[<media type>][;base64],<data>`. A `name` or `filename` among the parameters, which many give, is the file's name.
    private func dataURI(_ rest: Substring.UTF8View, _ argument: String) throws(CallFault) -> RequestOptions.File {
        guard let comma = rest.firstIndex(of: UInt8(ascii: ",")) else {
            throw CallFault(argument, "is a data URI without a comma")
        }
        let data = PercentEncoding.decoded(String(Substring(rest[rest.index(after: comma)...])))
        var parts = String(Substring(rest[..<comma])).split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        let isBase64 = parts.last.map { $0.lowercased() == "base64" } ?? false
        if isBase64 { parts.removeLast() }
        var name: String?
        parts.removeAll { part in
            guard let key = ["name=", "filename="].first(where: { part.lowercased().hasPrefix($0) }) else { return false }
            name = String(decoding: PercentEncoding.decoded(String(part.dropFirst(key.count))), as: UTF8.self)
            return true
        }
        let mediaType = parts.joined(separator: ";")
        var bytes = data
        if isBase64 {
            guard let decoded = Self.base64(data) else { throw CallFault(argument, "is a data URI whose data is no base64") }
            bytes = decoded
        }
        // RFC 2397 §2: text where nothing is said.
        return RequestOptions.File(
            bytes: bytes, mediaType: MediaType(mediaType).isEmpty ? (isBase64 ? nil : "text/plain") : mediaType, name: name)
    }

    private static func isURI(_ text: String) -> Bool {
        let reference = URIReference(text)
        return reference.scheme != nil && (reference.authority != nil || !reference.path.isEmpty)
    }

    /// Either alphabet, with or without padding, lines of any length.
    private static func base64(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        for byte in text {
            switch byte {
            case 0x09, 0x0A, 0x0D, 0x20: continue
            case UInt8(ascii: "-"): digits.append(UInt8(ascii: "+"))
            case UInt8(ascii: "_"): digits.append(UInt8(ascii: "/"))
            default: digits.append(byte)
            }
        }
        if digits.last != UInt8(ascii: "="), digits.count % 4 > 1 {
            digits += [UInt8](repeating: UInt8(ascii: "="), count: 4 - digits.count % 4)
        }
        return Base64.decoded(digits)
    }
}
