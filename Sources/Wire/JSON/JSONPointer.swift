/// A JSON pointer (RFC 6901): the way from the root of a document to a value in it.
public struct JSONPointer: Sendable, Hashable {
    /// The reference tokens, unescaped, from the root downwards.
    public private(set) var tokens: [String]

    /// The pointer to the whole document.
    public static let root = JSONPointer(tokens: [])

    /// The pointer with those tokens (not escaped).
    public init(tokens: [String]) { self.tokens = tokens }

    /// Reads a pointer such as `/paths/~1users/0`; nil where it is none: it neither is empty nor begins with `/`, or a
    /// `~` is not followed by `0` or `1`.
    public init?(_ text: String) {
        guard !text.isEmpty else {
            self = .root
            return
        }
        guard text.utf8.first == Byte.slash else { return nil }
        var tokens: [String] = []
        for part in text.utf8.dropFirst().split(separator: Byte.slash, omittingEmptySubsequences: false) {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    /// The pointer to a member of the object that this one points to.
    public func appending(_ name: String) -> JSONPointer { JSONPointer(tokens: tokens + [name]) }

    /// The pointer to an element of the array that this one points to.
    public func appending(_ index: Int) -> JSONPointer { JSONPointer(tokens: tokens + [String(index)]) }

    /// The pointer to what contains this; nil for the root.
    public var parent: JSONPointer? { tokens.isEmpty ? nil : JSONPointer(tokens: Array(tokens.dropLast())) }

    /// The index that a token means in an array: digits without a leading zero (RFC 6901 section 4).
    static func arrayIndex(_ token: String) -> Int? {
        guard let first = token.utf8.first, token.utf8.allSatisfy({ Byte.zero...Byte.nine ~= $0 }) else { return nil }
        return first == Byte.zero && token.utf8.count > 1 ? nil : Int(token)
    }

    private static func unescaped(_ part: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var iterator = part.makeIterator()
        while let byte = iterator.next() {
            guard byte == Byte.tilde else {
                bytes.append(byte)
                continue
            }
            switch iterator.next() {
            case Byte.zero: bytes.append(Byte.tilde)
            case Byte.one: bytes.append(Byte.slash)
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The same tokens, byte for byte.
    public static func == (left: JSONPointer, right: JSONPointer) -> Bool {
        left.tokens.count == right.tokens.count && zip(left.tokens, right.tokens).allSatisfy(ExactText.equal)
    }

    /// In agreement with equality.
    public func hash(into hasher: inout Hasher) {
        for token in tokens { ExactText.hash(token, into: &hasher) }
    }
}

extension JSONPointer: CustomStringConvertible {
    /// The pointer's text, with `~` and `/` inside tokens escaped.
    public var description: String {
        var bytes: [UInt8] = []
        for token in tokens {
            bytes.append(Byte.slash)
            for byte in token.utf8 {
                switch byte {
                case Byte.tilde: bytes += [Byte.tilde, Byte.zero]
                case Byte.slash: bytes += [Byte.tilde, Byte.one]
                default: bytes.append(byte)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
