/// A fixed list of member names that a scan looks for.
public struct MemberNames: Sendable {
    /// How many names one list may hold.
    public static let greatestCount = 32

    /// The names in the order in which they were given: results of a scan are addressed by it.
    public let names: [String]

    /// All names behind each other, and where each begins; the last entry is the end of the last.
    private let bytes: [UInt8]
    private let starts: [Int]
    /// The bit of each length (63 stands for longer ones too) that some name has.
    private let lengths: UInt64
    /// The longest name, in bytes.
    let greatestLength: Int

    /// The given names: at most 32, not empty, of ASCII, all different even without regard to case. They are written in
    /// the source, so that a list against these rules is a programming error and ends the process.
    public init(_ names: String...) { self.init(names) }

    /// The given names; see the other initialiser for what they must be.
    public init(_ names: [String]) {
        precondition(names.count <= Self.greatestCount, "too many member names")
        precondition(names.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { $0 < 0x80 } }, "member names must be ASCII")
        precondition(Set(names.map { $0.lowercased() }).count == names.count, "member names must differ")
        self.names = names
        bytes = names.flatMap { Array($0.utf8) }
        starts = names.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.utf8.count) }
        lengths = names.reduce(0) { $0 | Self.lengthBit($1.utf8.count) }
        greatestLength = names.map(\.utf8.count).max() ?? 0
    }

    /// The place of a name in the list.
    public func index(of name: String) -> Int? { names.firstIndex { ExactText.equal($0, name) } }

    enum Match {
        case none
        case exact(Int)
        /// Not that name, but taken for it by a reader that ignores case.
        case ambiguous(Int)
    }

    /// Compares a name, as it stands in the document without escapes, with the list.
    func match(_ name: UnsafeRawBufferPointer) -> Match {
        guard name.count > 0, name.count <= 3 * greatestLength else { return .none }
        if lengths & Self.lengthBit(name.count) != 0 {
            for index in 0..<names.count where starts[index + 1] - starts[index] == name.count {
                // Letters that differ in case differ in this bit alone; other pairs that do are sorted out below.
                guard bytes[starts[index]] | 0x20 == name[0] | 0x20 else { continue }
                if isExact(name, index) { return .exact(index) }
                if isFoldedEqual(name, index) { return .ambiguous(index) }
            }
        }
        // Only letters beyond ASCII can make up a different length, or a different first byte.
        guard name.contains(where: { $0 >= 0x80 }) else { return .none }
        for index in 0..<names.count where isFoldedEqual(name, index) { return .ambiguous(index) }
        return .none
    }

    @inline(__always)
    private static func lengthBit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }

    private func isExact(_ name: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        let start = starts[index]
        for offset in 0..<name.count where bytes[start + offset] != name[offset] { return false }
        return true
    }

    /// Whether the two are equal by Unicode simple case folding, as Go's `encoding/json` compares names. Two letters beyond
    /// ASCII fold to ASCII ones: `ſ` (U+017F) to `s` and the Kelvin sign (U+212A) to `k`.
    private func isFoldedEqual(_ name: UnsafeRawBufferPointer, _ index: Int) -> Bool {
        var expected = starts[index]
        let end = starts[index + 1]
        var offset = 0
        while offset < name.count {
            guard expected < end else { return false }
            let folded: UInt8
            switch name[offset] {
            case 0xC5 where offset + 1 < name.count && name[offset + 1] == 0xBF:
                folded = 0x73
                offset += 2
            case 0xE2 where offset + 2 < name.count && name[offset + 1] == 0x84 && name[offset + 2] == 0xAA:
                folded = 0x6B
                offset += 3
            case let byte:
                folded = Self.lowercased(byte)
                offset += 1
            }
            guard folded == Self.lowercased(bytes[expected]) else { return false }
            expected += 1
        }
        return expected == end
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }
}
