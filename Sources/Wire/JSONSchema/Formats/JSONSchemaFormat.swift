/// The formats that can be asserted (validation, section 7.3).
public enum JSONSchemaFormat: String, Sendable, Hashable, CaseIterable {
    /// RFC 3339 `date-time`.
    case dateTime = "date-time"
    /// RFC 3339 `full-date`.
    case date
    /// RFC 3339 `full-time`, with an offset.
    case time
    /// RFC 5321 section 4.1.2, `Mailbox`.
    case email
    /// RFC 3986, with a scheme.
    case uri
    /// RFC 9562 section 4, in hexadecimal digits of either case.
    case uuid
    /// RFC 2673 section 3.2: four decimal numbers.
    case ipv4
    /// RFC 4291 section 2.2, without a zone.
    case ipv6
    /// RFC 1123 section 2.1.
    case hostname

    /// Whether the text has the format. Time is linear in its length.
    public func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return switch self {
        case .dateTime: DateTimeFormat.isDateTime(bytes[...])
        case .date: DateTimeFormat.isDate(bytes[...])
        case .time: DateTimeFormat.isTime(bytes[...])
        case .email: NameFormat.isEmail(bytes[...])
        case .uri: URIFormat.isURI(bytes[...])
        case .uuid: NameFormat.isUUID(bytes[...])
        case .ipv4: AddressFormat.isIPv4(bytes[...])
        case .ipv6: AddressFormat.isIPv6(bytes[...])
        case .hostname: NameFormat.isHostname(bytes[...])
        }
    }

    /// What is expected, for a person: `a date such as 2026-02-28`.
    var expectation: String {
        switch self {
        case .dateTime: "a date and time with an offset, such as 2026-02-28T12:30:00Z"
        case .date: "a date such as 2026-02-28"
        case .time: "a time with an offset, such as 12:30:00Z"
        case .email: "an e-mail address"
        case .uri: "a URI with its scheme"
        case .uuid: "a UUID"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .hostname: "a host name"
        }
    }
}

/// Classes of bytes that several formats need.
enum FormatByte {
    static func isDigit(_ byte: UInt8) -> Bool { Byte.zero...Byte.nine ~= byte }
    static func isLetter(_ byte: UInt8) -> Bool { UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 }
    static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte | 0x20 }
}
