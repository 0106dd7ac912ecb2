/// Memory for texts that are made while rows are put together; all of it is used again for the next batch.
struct TextArena: ~Copyable {
    private static let chunkBytes = 256 << 10
    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var current = 0
    private var used = 0

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// Forgets everything. Memory that an exceptional batch needed is given back.
    mutating func reset() {
        while chunks.count > 4, let last = chunks.popLast() { last.deallocate() }
        current = 0
        used = 0
    }

    /// Room for at most `count` bytes; what `write` says it used is kept.
    mutating func text(atMost count: Int, _ write: (UnsafeMutableRawBufferPointer) -> Int) -> UnsafeRawBufferPointer {
        while true {
            if current == chunks.count {
                chunks.append(.allocate(byteCount: max(count, Self.chunkBytes), alignment: 8))
                used = 0
            }
            if chunks[current].count - used >= count { break }
            current += 1
            used = 0
        }
        let room = UnsafeMutableRawBufferPointer(rebasing: chunks[current][used..<used + count])
        let length = write(room)
        used += length
        return UnsafeRawBufferPointer(rebasing: room[..<length])
    }
}

/// Writes JSON into a buffer that is known to be large enough.
struct RawJSONWriter {
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    mutating func byte(_ value: UInt8) {
        buffer[count] = value
        count += 1
    }

    /// `"name":`, with what has to stand before it in an object.
    mutating func member(_ name: StaticString) {
        byte(count == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
        byte(UInt8(ascii: "\""))
        for index in 0..<name.utf8CodeUnitCount { byte(name.utf8Start[index]) }
        byte(UInt8(ascii: "\""))
        byte(UInt8(ascii: ":"))
    }

    mutating func integer(_ value: Int64) {
        if value < 0 { byte(UInt8(ascii: "-")) }
        var rest = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while digits < 20, rest >= bound {
            digits += 1
            let (product, overflow) = bound.multipliedReportingOverflow(by: 10)
            bound = overflow ? .max : product
        }
        for index in stride(from: count + digits - 1, through: count, by: -1) {
            buffer[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// A text, of which each byte may take six.
    mutating func text(_ bytes: UnsafeRawBufferPointer) {
        byte(UInt8(ascii: "\""))
        for value in bytes {
            switch value {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                byte(UInt8(ascii: "\\"))
                byte(value)
            case 0..<0x20:
                let digits: StaticString = "0123456789abcdef"
                for character in [UInt8(ascii: "\\"), UInt8(ascii: "u"), UInt8(ascii: "0"), UInt8(ascii: "0")] { byte(character) }
                byte(digits.utf8Start[Int(value >> 4)])
                byte(digits.utf8Start[Int(value & 15)])
            default: byte(value)
            }
        }
        byte(UInt8(ascii: "\""))
    }

    mutating func literal(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { byte(text.utf8Start[index]) }
    }

    /// Ends the object, if there is one.
    mutating func end() { if count > 0 { byte(UInt8(ascii: "}")) } }
}
