import Wire

/// The header fields of a request while its parameters are put in.
struct RequestHeaders {
    private var list: [(name: String, value: String)] = []
    private var cookies: [EncodedPair] = []

    /// In the order in which they came; all cookies in one field at the end (RFC 6265 §5.4).
    var fields: [(name: String, value: String)] {
        cookies.isEmpty ? list : list + [("Cookie", cookies.map(\.text).joined(separator: "; "))]
    }

    /// Sets a field that is there once.
    mutating func set(_ name: String, _ value: String, argument: String?) throws(CallFault) {
        try Self.check(value, argument)
        list.removeAll { $0.name.lowercased() == name.lowercased() }
        list.append((name, value))
    }

    /// Adds a parameter in style simple (OpenAPI 3.1.1 §4.8.12.6). Nothing is percent-encoded in a header (appendix D), so elements can't have
    /// what separates them. `null` and empty values are left out unless they are required.
    mutating func add(_ parameter: ParameterPlan, _ value: JSON) throws(CallFault) {
        let argument = parameter.argument
        guard HeaderName.isToken(parameter.name), !HeaderName.isReserved(parameter.name) else {
            throw CallFault(argument, "is for the header \(parameter.name.prefix(60)), which a call can't set")
        }
        // OpenAPI 3.1.1 §4.8.12.1: such parameters are ignored; the plan and the credentials say what stands there.
        guard !HeaderName.isIgnored(parameter.name) else { return }
        guard let text = try Self.text(of: value, for: parameter) else { return }
        try Self.check(text, argument)
        list.append((parameter.name, text))
    }

    /// Adds cookies. Several of one parameter are several cookies: a `&` between them, as a query has it, would be a part of the first.
    mutating func addCookies(_ pairs: [EncodedPair]) { cookies += pairs }

    private static func text(of value: JSON, for parameter: ParameterPlan) throws(CallFault) -> String? {
        let argument = parameter.argument
        if let mediaType = parameter.mediaType {
            let text = ContentValue.text(of: value, mediaType: mediaType)
            return MediaType(mediaType).isJSON ? asciiOnly(text) : text
        }
        let delimiter = Delimiter(parameter.style)
        let content = try ParameterValue(value, argument: argument, nesting: .refused)
        try content.check(delimiter, argument: argument)
        let separator = delimiter.plain
        switch content {
        case .nothing: return parameter.isRequired ? "" : nil
        case .text(let text): return text
        case .list(let list): return list.joined(separator: separator)
        case .members(let members):
            guard parameter.explodes else { return members.flatMap { [$0.name, $0.value] }.joined(separator: separator) }
            guard !members.contains(where: { $0.name.utf8.contains(UInt8(ascii: "=")) }) else {
                throw CallFault(argument, "has a member with = in its name, which can't be sent")
            }
            return members.map { "\($0.name)=\($0.value)" }.joined(separator: separator)
        }
    }

    /// JSON text with everything beyond ASCII escaped, because no header says what it is encoded in.
    private static func asciiOnly(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var output = ""
        for unit in text.utf16 {
            if unit < 0x80, let scalar = Unicode.Scalar(unit) {
                output.unicodeScalars.append(scalar)
            } else {
                let digits = String(unit, radix: 16)
                output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return output
    }

    /// A line end would begin another field, or the body (RFC 9110 §5.5).
    private static func check(_ value: String, _ argument: String?) throws(CallFault) {
        guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw CallFault(argument, "must not have line ends or other control characters: it is the value of a header")
        }
        guard value.utf8.count <= 16 << 10 else { throw CallFault(argument, "is longer than a header may be") }
    }
}

/// Which header fields a call may set.
enum HeaderName {
    /// RFC 9110 §5.6.2.
    static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
                default: false
                }
            }
    }

    /// Whether it frames the message, speaks of the connection or of who sends it, or is made of other parameters.
    static func isReserved(_ name: String) -> Bool {
        let name = name.lowercased()
        return reserved.contains(name) || name.hasPrefix("proxy-")
    }

    /// Whether OpenAPI has parameters of that name ignored.
    static func isIgnored(_ name: String) -> Bool { ["accept", "content-type", "authorization"].contains(name.lowercased()) }

    private static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
        "accept-encoding", "content-encoding", "cookie",
    ]
}
