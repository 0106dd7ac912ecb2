#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

extension UnsafeRawBufferPointer {
    /// The first place at or behind `start` that holds `byte`.
    func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < self.count, let base = self.baseAddress,
            let found = memchr(base + start, Int32(byte), self.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    func hasPrefix(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= self.count, let base = self.baseAddress else { return bytes.isEmpty }
        return memcmp(base, bytes, bytes.count) == 0
    }

    func hasSuffix(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= self.count, let base = self.baseAddress else { return bytes.isEmpty }
        return memcmp(base + self.count - bytes.count, bytes, bytes.count) == 0
    }

    /// Whether the ASCII text stands somewhere in the bytes.
    func contains(sequence: StaticString) -> Bool {
        let length = sequence.utf8CodeUnitCount
        let first = sequence.utf8Start.pointee
        var start = 0
        while let index = self.firstIndex(of: first, from: start), index + length <= self.count {
            if let base = self.baseAddress, memcmp(base + index, sequence.utf8Start, length) == 0 { return true }
            start = index + 1
        }
        return false
    }
}
