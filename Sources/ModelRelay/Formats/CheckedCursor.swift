internal import Wire

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Goes once through a JSON value whose grammar has been checked already, such as by a scan of the text that it stands in: nothing is
/// checked again, no memory is asked for, and every step moves on or ends the walk.
///
/// Names are compared as they stand there; one that is written with escapes is none that is looked for.
struct CheckedCursor {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    init(_ value: UnsafeRawBufferPointer) { self.bytes = value }

    /// The first byte of the value that comes next; 0 at the end.
    var first: UInt8 { self.position < self.bytes.count ? self.bytes[self.position] : 0 }

    /// Goes into the object or array that comes next.
    /// - Parameter open: its brace or bracket.
    /// - Returns: whether there is one.
    mutating func enter(_ open: UInt8) -> Bool {
        guard self.first == open else { return false }
        self.position += 1
        return true
    }

    /// Goes to the value of the next member of the object that was entered; behind the object where there is none left.
    mutating func nextMember() -> Name? {
        self.skipSeparators()
        guard self.first == UInt8(ascii: "\"") else {
            self.position += 1
            return nil
        }
        let start = self.position + 1
        self.skipString()
        let name = Name(bytes: UnsafeRawBufferPointer(rebasing: self.bytes[start..<max(start, self.position - 1)]))
        self.skipSeparators()
        return name
    }

    /// Goes to the next element of the array that was entered; behind the array where there is none left.
    mutating func nextElement() -> Bool {
        self.skipSeparators()
        guard self.position < self.bytes.count, self.first != UInt8(ascii: "]") else {
            self.position += 1
            return false
        }
        return true
    }

    /// The text that comes next, and goes behind it; nil for other kinds of value, which stay where they are.
    mutating func string() -> String? {
        guard self.first == UInt8(ascii: "\"") else { return nil }
        let start = self.position
        let hasEscapes = self.skipString()
        let whole = UnsafeRawBufferPointer(rebasing: self.bytes[start..<self.position])
        guard !hasEscapes, whole.count >= 2 else { return (try? JSON.parse(whole))?.stringValue }
        return String(decoding: UnsafeRawBufferPointer(rebasing: whole[1..<(whole.count - 1)]), as: UTF8.self)
    }

    /// The whole number that comes next; nil for another value. Goes behind it in any case.
    mutating func int64() -> Int64? {
        let value = self.skip()
        guard value.count <= 18 else { return (try? JSON.parse(value))?.int64Value }
        var number: Int64 = 0
        for byte in value {
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else { return (try? JSON.parse(value))?.int64Value }
            number = number * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value.isEmpty ? nil : number
    }

    /// Goes behind the value that comes next.
    /// - Returns: its bytes.
    @discardableResult
    mutating func skip() -> UnsafeRawBufferPointer {
        let start = min(self.position, self.bytes.count)
        var depth = 0
        walk: while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: "\""):
                self.skipString()
                if depth == 0 { break walk }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // That of the object or array around a number.
                if depth == 0 { break walk }
                depth -= 1
                if depth == 0 {
                    self.position += 1
                    break walk
                }
            case UInt8(ascii: ","), 0x20, 0x09, 0x0A, 0x0D: if depth == 0 { break walk }
            default: break
            }
            self.position += 1
        }
        return UnsafeRawBufferPointer(rebasing: self.bytes[start..<min(self.position, self.bytes.count)])
    }

    /// Goes behind spaces, commas and colons.
    private mutating func skipSeparators() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D: self.position += 1
            default: return
            }
        }
    }

    /// Goes behind the string that begins here.
    /// - Returns: whether it has escapes.
    @discardableResult
    private mutating func skipString() -> Bool {
        var hasEscapes = false
        self.position += 1
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: "\""):
                self.position += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                self.position += 2
            default: self.position += 1
            }
        }
        self.position = self.bytes.count
        return hasEscapes
    }

    /// A member's name as it stands there.
    struct Name {
        let bytes: UnsafeRawBufferPointer

        static func == (name: Name, text: StaticString) -> Bool {
            guard name.bytes.count == text.utf8CodeUnitCount, let start = name.bytes.baseAddress else { return false }
            return memcmp(start, text.utf8Start, name.bytes.count) == 0
        }
    }
}
