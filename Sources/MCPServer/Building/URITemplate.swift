/// A URI with variables: of RFC 6570 the simple expansion of one variable, `{name}`, which is level 1.
///
/// Everything else, an unclosed brace too, stands for itself. Two variables without a text between them match nothing,
/// as nobody can say where the first ends.
public struct URITemplate: Sendable, Hashable {
    private enum Part: Sendable, Hashable {
        case literal([UInt8])
        case variable(String)
    }

    /// The template as written.
    public let text: String
    private let parts: [Part]

    /// The template in that text.
    public init(_ text: String) {
        self.text = text
        var parts: [Part] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let open = rest.firstIndex(of: UInt8(ascii: "{")) ?? rest.endIndex
            guard let close = rest[open...].firstIndex(of: UInt8(ascii: "}")) else {
                parts.append(.literal(Array(rest)))
                break
            }
            if open > rest.startIndex { parts.append(.literal(Array(rest[..<open]))) }
            parts.append(.variable(String(decoding: rest[(open + 1)..<close], as: UTF8.self)))
            rest = rest[(close + 1)...]
        }
        self.parts = parts
    }

    /// The names of the variables in order.
    public var variables: [String] {
        parts.compactMap { part in if case .variable(let name) = part { name } else { nil } }
    }

    /// The values that make this URI of the template, percent-decoded; nil where none do. A value is not empty and has
    /// no `/`: expansion would have encoded one.
    public func match(_ uri: String) -> [String: String]? {
        var values: [String: String] = [:]
        var rest = Array(uri.utf8)[...]
        for (index, part) in parts.enumerated() {
            switch part {
            case .literal(let literal):
                guard rest.starts(with: literal) else { return nil }
                rest = rest.dropFirst(literal.count)
            case .variable(let name):
                guard let end = end(of: rest, before: index + 1 < parts.count ? parts[index + 1] : nil),
                    end > rest.startIndex, let value = Self.decoded(rest[..<end])
                else { return nil }
                values[name] = value
                rest = rest[end...]
            }
        }
        return rest.isEmpty ? values : nil
    }

    /// Where a value ends: at the first place where the text after it begins, at a `/`, or with the URI.
    private func end(of rest: ArraySlice<UInt8>, before next: Part?) -> Int? {
        let limit = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        switch next {
        case nil: return limit
        case .variable?: return nil
        case .literal(let literal)?:
            return (rest.startIndex...limit).first { $0 > rest.startIndex && rest[$0...].starts(with: literal) }
        }
    }

    private static func decoded(_ bytes: ArraySlice<UInt8>) -> String? {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            guard bytes[index] == UInt8(ascii: "%") else {
                output.append(bytes[index])
                index += 1
                continue
            }
            guard index + 2 < bytes.endIndex, let high = nibble(bytes[index + 1]), let low = nibble(bytes[index + 2]) else {
                return nil
            }
            output.append(high << 4 | low)
            index += 3
        }
        return String(validating: output, as: UTF8.self)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
