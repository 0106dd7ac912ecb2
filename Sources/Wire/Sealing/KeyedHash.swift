internal import Crypto

/// Hashes with a secret key (HMAC-SHA256, RFC 2104): what is stored in the place of keys of clients, and compared.
public struct KeyedHash: Sendable {
    /// The state after the key, from which each hash goes on: mixing in the key costs ten times the hash of another key.
    private let keyed: HMAC<SHA256>

    init(key: SymmetricKey) { keyed = HMAC(key: key) }

    /// A hash under a key of at least 32 random bytes; nil where there are fewer.
    public init?(keyBytes: [UInt8]) {
        guard keyBytes.count >= 32 else { return nil }
        self.init(key: SymmetricKey(data: keyBytes))
    }

    /// The hash of the bytes.
    public func hash(_ bytes: UnsafeRawBufferPointer) -> KeyHash {
        var hash = keyed
        hash.update(data: bytes)
        return hash.finalize().withUnsafeBytes { KeyHash(unchecked: $0) }
    }

    /// The hash of the text's UTF-8.
    public func hash(_ text: String) -> KeyHash {
        var text = text
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }
}

/// 32 bytes of a keyed hash, stored inline.
public struct KeyHash: Sendable, Hashable {
    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    /// The length in bytes.
    public static let byteCount = 32

    /// The hash with those bytes; nil unless there are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self = bytes.withUnsafeBytes { KeyHash(unchecked: $0) }
    }

    /// For a buffer of 32 bytes.
    fileprivate init(unchecked bytes: UnsafeRawBufferPointer) {
        first = bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)
        second = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        third = bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
        fourth = bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        withUnsafeBytes(of: (first, second, third, fourth)) { Array($0) }
    }

    /// Whether the two are equal, in time that does not depend on where they differ.
    public func isEqualInConstantTime(to other: KeyHash) -> Bool {
        (first ^ other.first) | (second ^ other.second) | (third ^ other.third) | (fourth ^ other.fourth) == 0
    }
}
