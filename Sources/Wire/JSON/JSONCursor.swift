/// The grammar of RFC 8259 over raw bytes: each function moves past one element or says what is wrong with it.
///
/// The parser, the scanner and the number type share it, so that they can't disagree about what JSON is.
/// It never reads outside `position..<end` of the buffer, which must outlive it.
struct JSONCursor {
    private let base: UnsafeRawPointer?
    private(set) var position: Int
    let end: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(bytes, range: 0..<bytes.count)
    }

    /// A cursor over a part of the buffer; positions count from the start of the whole buffer.
    init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range outside of the buffer")
        base = bytes.baseAddress
        position = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { position == end }

    /// The byte at an offset, which must be below `end`.
    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        base.unsafelyUnwrapped.load(fromByteOffset: offset, as: UInt8.self)
    }

    /// The byte here; at the end a zero, which begins nothing in JSON.
    @inline(__always)
    var current: UInt8 { position < end ? byte(at: position) : 0 }

    @inline(__always)
    private func word(at offset: Int) -> UInt64 {
        // Little-endian, so that the lowest bit belongs to the first byte.
        UInt64(littleEndian: base.unsafelyUnwrapped.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Moves on by one byte, which must be there.
    @inline(__always)
    mutating func advance() { position += 1 }

    @inline(__always)
    mutating func skipWhitespace() {
        while position < end {
            let byte = byte(at: position)
            if byte > Byte.space { return }
            guard byte == Byte.space || byte == Byte.lineFeed || byte == Byte.carriageReturn || byte == Byte.tab else { return }
            position += 1
        }
    }

    /// The fault of a byte that can't stand here, or of the end.
    func unexpected() -> JSONFault { JSONFault(position < end ? .unexpectedByte : .unexpectedEnd, at: position) }

    /// Moves past one given byte.
    @inline(__always)
    mutating func expect(_ expected: UInt8) throws(JSONFault) {
        guard position < end, byte(at: position) == expected else { throw unexpected() }
        position += 1
    }

    /// Refuses a byte order mark at the start.
    func refuseByteOrderMark() throws(JSONFault) {
        guard end - position >= 3, byte(at: position) == 0xEF, byte(at: position + 1) == 0xBB, byte(at: position + 2) == 0xBF
        else { return }
        throw JSONFault(.byteOrderMark, at: position)
    }

    // MARK: Literals and numbers

    /// Moves past `true`, `false` or `null`, whichever the current byte begins.
    mutating func skipLiteral() throws(JSONFault) {
        switch current {
        case Byte.lowerT: try skip("true")
        case Byte.lowerF: try skip("false")
        case Byte.lowerN: try skip("null")
        default: throw unexpected()
        }
    }

    private mutating func skip(_ literal: StaticString) throws(JSONFault) {
        for index in 0..<literal.utf8CodeUnitCount {
            guard position < end, byte(at: position) == literal.utf8Start[index] else { throw unexpected() }
            position += 1
        }
    }

    /// Moves past a number (RFC 8259 section 6).
    mutating func skipNumber() throws(JSONFault) {
        if current == Byte.minus { position += 1 }
        if current == Byte.zero {
            position += 1
            if isDigit { throw JSONFault(.invalidNumber, at: position) }
        } else {
            try skipDigits()
        }
        if current == Byte.point {
            position += 1
            try skipDigits()
        }
        if current | 0x20 == Byte.lowerE {
            position += 1
            if current == Byte.plus || current == Byte.minus { position += 1 }
            try skipDigits()
        }
    }

    @inline(__always)
    private var isDigit: Bool { current &- Byte.zero < 10 }

    @inline(__always)
    private mutating func skipDigits() throws(JSONFault) {
        guard isDigit else { throw JSONFault(position < end ? .invalidNumber : .unexpectedEnd, at: position) }
        repeat { position += 1 } while isDigit
    }

    // MARK: Strings

    /// Moves past a string whose opening quote is here, checking escapes, control characters and UTF-8; returns whether
    /// it has escapes.
    mutating func skipString() throws(JSONFault) -> Bool {
        var hasEscapes = false
        position += 1
        while true {
            skipPlainText()
            guard position < end else { throw JSONFault(.unexpectedEnd, at: position) }
            let byte = byte(at: position)
            if byte == Byte.quote {
                position += 1
                return hasEscapes
            } else if byte == Byte.backslash {
                hasEscapes = true
                try skipEscape()
            } else if byte < Byte.space {
                throw JSONFault(.controlCharacter, at: position)
            } else {
                try skipNonASCII()
            }
        }
    }

    /// Moves to the next byte that is not plain: a quote, a backslash, a control character, a byte beyond ASCII; or to
    /// the end.
    @inline(__always)
    private mutating func skipPlainText() {
        while end &- position >= 32 {
            let first = Self.notPlain(word(at: position))
            let second = Self.notPlain(word(at: position &+ 8))
            let third = Self.notPlain(word(at: position &+ 16))
            let fourth = Self.notPlain(word(at: position &+ 24))
            if first | second | third | fourth != 0 {
                // The lowest bit of a mask is exact, so the first mask that is not empty tells the place.
                if first != 0 {
                    position &+= first.trailingZeroBitCount >> 3
                } else if second != 0 {
                    position &+= 8 &+ second.trailingZeroBitCount >> 3
                } else if third != 0 {
                    position &+= 16 &+ third.trailingZeroBitCount >> 3
                } else {
                    position &+= 24 &+ fourth.trailingZeroBitCount >> 3
                }
                return
            }
            position &+= 32
        }
        while end &- position >= 8 {
            let mask = Self.notPlain(word(at: position))
            guard mask == 0 else {
                position &+= mask.trailingZeroBitCount >> 3
                return
            }
            position &+= 8
        }
        while position < end {
            let byte = byte(at: position)
            if byte < Byte.space || byte == Byte.quote || byte == Byte.backslash || byte >= 0x80 { return }
            position &+= 1
        }
    }

    /// The high bit of each byte that is not plain. A borrow can set bits above the first such byte, never below it.
    @inline(__always)
    private static func notPlain(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = (word ^ (ones &* UInt64(Byte.quote))) &- ones
        let backslashes = (word ^ (ones &* UInt64(Byte.backslash))) &- ones
        let controls = word &- (ones &* UInt64(Byte.space))
        return (quotes | backslashes | controls | word) & (ones &* 0x80)
    }

    /// Moves past an escape whose backslash is here (RFC 8259 section 7). Surrogates must come in pairs.
    private mutating func skipEscape() throws(JSONFault) {
        let start = position
        guard end - position >= 2 else { throw JSONFault(.unexpectedEnd, at: end) }
        switch byte(at: position + 1) {
        case Byte.quote, Byte.backslash, Byte.slash, 0x62, Byte.lowerF, Byte.lowerN, 0x72, Byte.lowerT:
            position += 2
        case Byte.lowerU:
            let unit = try escapedUnit()
            guard 0xD800...0xDFFF ~= unit else { return }
            guard unit < 0xDC00, end - position >= 2, byte(at: position) == Byte.backslash,
                byte(at: position + 1) == Byte.lowerU
            else { throw JSONFault(.loneSurrogate, at: start) }
            guard 0xDC00...0xDFFF ~= (try escapedUnit()) else { throw JSONFault(.loneSurrogate, at: start) }
        default:
            throw JSONFault(.invalidEscape, at: position + 1)
        }
    }

    /// Reads `\uXXXX`, whose first two bytes have been seen.
    private mutating func escapedUnit() throws(JSONFault) -> UInt16 {
        position += 2
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard position < end else { throw JSONFault(.unexpectedEnd, at: position) }
            guard let digit = Byte.hexadecimalValue(byte(at: position)) else { throw JSONFault(.invalidEscape, at: position) }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    /// Moves past characters beyond ASCII, checking that they are UTF-8 (RFC 3629 section 4).
    private mutating func skipNonASCII() throws(JSONFault) {
        while position < end {
            let lead = byte(at: position)
            if lead < 0x80 { return }
            let length = UTF8Sequence.length(lead: lead, available: end - position) { byte(at: position + $0) }
            guard length > 0 else { throw JSONFault(.invalidUTF8, at: position) }
            position += length
        }
    }

    // MARK: Values

    /// Moves past any value, checking its grammar; `depth` is how many more arrays and objects may open.
    mutating func skipValue(depth: Int) throws(JSONFault) {
        switch current {
        case Byte.quote: _ = try skipString()
        case Byte.leftBrace: try skipObject(depth: depth)
        case Byte.leftBracket: try skipArray(depth: depth)
        case Byte.minus, Byte.zero...Byte.nine: try skipNumber()
        default: try skipLiteral()
        }
    }

    private mutating func skipObject(depth: Int) throws(JSONFault) {
        guard depth > 0 else { throw JSONFault(.tooDeep, at: position) }
        position += 1
        skipWhitespace()
        if current == Byte.rightBrace {
            position += 1
            return
        }
        while true {
            guard current == Byte.quote else { throw unexpected() }
            _ = try skipString()
            skipWhitespace()
            try expect(Byte.colon)
            skipWhitespace()
            try skipValue(depth: depth - 1)
            skipWhitespace()
            if current == Byte.rightBrace {
                position += 1
                return
            }
            try expect(Byte.comma)
            skipWhitespace()
        }
    }

    private mutating func skipArray(depth: Int) throws(JSONFault) {
        guard depth > 0 else { throw JSONFault(.tooDeep, at: position) }
        position += 1
        skipWhitespace()
        if current == Byte.rightBracket {
            position += 1
            return
        }
        while true {
            try skipValue(depth: depth - 1)
            skipWhitespace()
            if current == Byte.rightBracket {
                position += 1
                return
            }
            try expect(Byte.comma)
            skipWhitespace()
        }
    }
}
