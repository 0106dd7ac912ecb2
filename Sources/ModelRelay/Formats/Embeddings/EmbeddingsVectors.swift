internal import Wire

/// A vector as numbers and as Base64 of 32-bit floating-point numbers, the lowest byte first.
extension EmbeddingsAnswer.Vector {
    /// The most numbers of one vector.
    private static let mostNumbers = 1 << 16

    /// - Throws: where it is neither a list of numbers nor Base64.
    init(_ json: JSON) throws(FormatFault) {
        switch json {
        case .array(let numbers) where numbers.count <= Self.mostNumbers && numbers.allSatisfy({ $0.kind == .number }):
            self = .numbers(numbers)
        case .string(let text): self = .base64(text)
        default: throw FormatFault("an embedding is no list of numbers")
        }
    }

    /// - Throws: where the Base64 is none, or holds no whole numbers of 32 bits.
    func numbers() throws(FormatFault) -> [JSON] {
        switch self {
        case .numbers(let numbers): return numbers
        case .base64(let text):
            guard let bytes = Base64Text.bytes(text), bytes.count % 4 == 0, bytes.count <= 4 * Self.mostNumbers else {
                throw FormatFault("an embedding is no Base64 of 32-bit numbers")
            }
            var numbers: [JSON] = []
            numbers.reserveCapacity(bytes.count / 4)
            for start in stride(from: 0, to: bytes.count, by: 4) {
                let pattern = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
                // The shortest text that reads back as the same 32 bits.
                guard let number = JSONNumber(Float(bitPattern: pattern).description) else {
                    throw FormatFault("an embedding holds something that is no number")
                }
                numbers.append(.number(number))
            }
            return numbers
        }
    }

    func base64() -> String {
        switch self {
        case .base64(let text): return text
        case .numbers(let numbers):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(numbers.count * 4)
            for number in numbers {
                let pattern = Float(number.doubleValue ?? 0).bitPattern
                for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: pattern >> shift)) }
            }
            return Base64Text.encode(bytes)
        }
    }

    func json(_ encoding: EmbeddingsRequest.Encoding) throws(FormatFault) -> JSON {
        switch encoding {
        case .float: .array(try self.numbers())
        case .base64: .string(self.base64())
        }
    }
}
