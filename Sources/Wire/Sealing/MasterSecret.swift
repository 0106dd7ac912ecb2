internal import Crypto

/// The one secret that the operator keeps; every other key is derived from it (HKDF with SHA-256, RFC 5869).
public struct MasterSecret: Sendable {
    /// The shortest secret, in bytes.
    public static let leastBytes = 32

    private let key: SymmetricKey

    /// The secret with those bytes, which must be random; nil where they are fewer than 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count >= Self.leastBytes else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The sealing key of that number. A new number makes a new key, so that keys can be changed without a new secret.
    public func sealingKey(id: UInt8) -> SealingKey {
        SealingKey(id: id, key: derive("portico sealing key \(id)"))
    }

    /// A keyed hash for one purpose; hashes of one purpose say nothing about those of another.
    public func hashKey(_ purpose: String) -> KeyedHash {
        KeyedHash(key: derive("portico keyed hash " + purpose))
    }

    private func derive(_ info: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(info.utf8), outputByteCount: 32)
    }
}
