/// What a request is called in logs, errors and records: unique, and sorted by the time at which it was made.
///
/// 96 bits: 48 of milliseconds since 1970, 24 that a generator drew at random, 24 that it counts. The text form is 20
/// characters of Crockford's base 32 in lower case, so that texts sort as the identifiers do.
public struct RequestID: Sendable, Hashable {
    /// The upper 64 bits: the milliseconds and the upper 16 of the random bits.
    private let high: UInt64
    /// The lower 32 bits: the lower 8 of the random bits and the counter.
    private let low: UInt32

    /// The length of the text form.
    public static let textLength = 20

    init(milliseconds: Int64, random: UInt32, counter: UInt32) {
        let time = UInt64(clamping: milliseconds) & 0xFFFF_FFFF_FFFF
        high = time << 16 | UInt64(random >> 8 & 0xFFFF)
        low = (random & 0xFF) << 24 | counter & 0xFF_FFFF
    }

    /// Reads the text form; nil where it is none. Capital letters are accepted.
    public init?(_ text: String) {
        guard text.utf8.count == Self.textLength else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in text.utf8.enumerated() {
            guard let digit = CrockfordBase32.value(byte) else { return nil }
            // 20 digits hold 100 bits: the first 11 give 55, the other 9 give 45.
            if index < 11 { high = high << 5 | UInt64(digit) } else { low = low << 5 | UInt64(digit) }
        }
        guard high >> 51 == 0 else { return nil }
        self.high = high << 13 | low >> 32
        self.low = UInt32(truncatingIfNeeded: low)
    }

    /// When it was made, in milliseconds since 1970.
    public var millisecondsSince1970: Int64 { Int64(high >> 16) }
}

extension RequestID: CustomStringConvertible {
    /// The text form.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.textLength) { output in
            var upper = high >> 13
            var lower = (high & 0x1FFF) << 32 | UInt64(low)
            for index in stride(from: 19, through: 11, by: -1) {
                output[index] = CrockfordBase32.digit(UInt8(lower & 31))
                lower >>= 5
            }
            for index in stride(from: 10, through: 0, by: -1) {
                output[index] = CrockfordBase32.digit(UInt8(upper & 31))
                upper >>= 5
            }
            return Self.textLength
        }
    }
}

extension RequestID: Comparable {
    /// Sorts by time, then by generator and count.
    public static func < (left: RequestID, right: RequestID) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

/// Makes request identifiers. Each event loop has its own; what two of them make differs in the random bits.
public struct RequestIDGenerator: Sendable {
    private let random: UInt32
    private var counter: UInt32
    private var latest: Int64 = 0

    /// A generator that draws its own part at random.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// A generator that draws its own part from the given source.
    public init(using source: inout some RandomNumberGenerator) {
        random = UInt32.random(in: 0..<1 << 24, using: &source)
        counter = UInt32.random(in: 0..<1 << 24, using: &source)
    }

    /// The next identifier. Identifiers of one generator never repeat as long as it makes fewer than 2^24 a millisecond.
    public mutating func next(nowMilliseconds: Int64) -> RequestID {
        // A clock that is set back would repeat identifiers once the counter has come round: time stands still instead.
        latest = max(latest, nowMilliseconds)
        counter = (counter &+ 1) & 0xFF_FFFF
        return RequestID(milliseconds: latest, random: random, counter: counter)
    }
}

/// Crockford's base 32: no `i`, `l`, `o`, `u`.
enum CrockfordBase32 {
    /// Static text needs no initialisation at run time, which an array would ask for at each digit.
    private static var digits: StaticString { "0123456789abcdefghjkmnpqrstvwxyz" }

    @inline(__always)
    static func digit(_ value: UInt8) -> UInt8 { digits.utf8Start[Int(value & 31)] }

    static func value(_ byte: UInt8) -> UInt8? {
        let lower = 0x41...0x5A ~= byte ? byte | 0x20 : byte
        return (0..<32).first { digit($0) == lower }
    }
}
