internal import HTTPTypes
internal import Storage

/// The parameters of a request's query, decoded. Of one that occurs twice the first counts.
struct QueryParameters: Sendable {
    private var values: [String: String] = [:]

    /// Reads the part of a URL after the question mark.
    /// - Throws: where an escape is not two hexadecimal digits, or the text is not UTF-8.
    init(_ query: String) throws(AdminFailure) {
        for pair in query.split(separator: "&").prefix(256) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = percentDecoded(parts[0], plusIsSpace: true),
                let value = percentDecoded(parts.count == 2 ? parts[1] : "", plusIsSpace: true)
            else { throw AdminFailure(.badRequest, "query: expected percent-encoded UTF-8") }
            if values[name] == nil { values[name] = value }
        }
    }

    /// The text, nil where it is absent or empty.
    func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// The parameters `name[key]`, by their keys.
    func members(of name: String) -> [String: String] {
        var members: [String: String] = [:]
        for (member, value) in values where member.hasPrefix(name + "[") && member.hasSuffix("]") {
            members[String(member.dropFirst(name.count + 1).dropLast())] = value
        }
        return members
    }

    func integer(_ name: String) throws(AdminFailure) -> Int64? {
        guard let text = text(name) else { return nil }
        guard let number = Int64(text) else { throw .wrong(name, expected: "a whole number") }
        return number
    }

    func flag(_ name: String) throws(AdminFailure) -> Bool {
        guard let text = text(name) else { return false }
        guard let flag = truthValue(text) else { throw .wrong(name, expected: "true or false") }
        return flag
    }

    /// Milliseconds since 1970. Seconds are known by their size: as milliseconds they would lie before 1973.
    func moment(_ name: String) throws(AdminFailure) -> Int64? {
        guard let number = try integer(name), number != 0 else { return nil }
        guard (0...253_402_300_799_999).contains(number) else {
            throw .wrong(name, expected: "seconds or milliseconds since 1970")
        }
        return number < 100_000_000_000 ? number * 1000 : number
    }

    /// `page` or `p`, from 1, and `per_page`, at most 100.
    func page() throws(AdminFailure) -> Page {
        let short = try integer("p")
        let number = try integer("page") ?? short ?? 1
        let size = try integer("per_page") ?? 10
        return Page(number: Int(clamping: number), size: Int(clamping: size <= 0 ? 10 : size))
    }

    /// `order=member-asc` or `member-desc`.
    func order() -> ListOrder? { text("order").flatMap { ListOrder(text: $0) } }
}

/// The text without percent encoding; nil where it is not UTF-8 or has a broken escape.
func percentDecoded(_ text: Substring, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
        switch byte {
        case UInt8(ascii: "%"):
            guard let high = iterator.next().flatMap(hexadecimalValue), let low = iterator.next().flatMap(hexadecimalValue) else {
                return nil
            }
            bytes.append(high << 4 | low)
        case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
        default: bytes.append(byte)
        }
    }
    return String(validating: bytes, as: UTF8.self)
}

private func hexadecimalValue(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
}
