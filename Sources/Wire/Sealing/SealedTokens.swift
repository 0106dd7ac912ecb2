internal import Crypto

/// A key that seals tokens, with the number by which a token names it.
public struct SealingKey: Sendable {
    /// The number of the key.
    public let id: UInt8
    let key: SymmetricKey

    /// A key of 32 random bytes; nil for any other length.
    public init?(id: UInt8, bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.init(id: id, key: SymmetricKey(data: bytes))
    }

    init(id: UInt8, key: SymmetricKey) {
        self.id = id
        self.key = key
    }

    /// The key for one purpose: a token that was sealed for another does not open, and each key seals less under random nonces.
    func purposeKey(_ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(("portico seal " + purpose).utf8), outputByteCount: 32)
    }
}

/// Why a token does not open.
public enum SealError: Error, Sendable, Hashable {
    /// It is no token of this form.
    case malformed
    /// It names a key that is not known (any more).
    case unknownKey
    /// It was genuine, but its time is over.
    case expired
    /// It was changed, or sealed with another key or for another purpose.
    case forged
}

/// Seals bytes into text that others can carry but neither read nor change (AES-256-GCM).
///
/// A token is base64url of: version (1), key id (1), expiry in milliseconds since 1970 (8, big-endian), nonce (12),
/// ciphertext, tag (16). Version, key id, expiry and purpose are authenticated.
public struct SealedTokens: Sendable {
    private static let version: UInt8 = 1
    private static let headerBytes = 10
    private static let nonceBytes = 12
    private static let tagBytes = 16

    /// The longest text that `open` looks at.
    public static let greatestTokenBytes = 1 << 20

    private let keys: [UInt8: SealingKey]
    private let current: SealingKey

    /// Tokens that open with any of the keys and are sealed with the current one; nil where that is not among them or two
    /// have the same number.
    public init?(keys: [SealingKey], current: UInt8) {
        let table = Dictionary(keys.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        guard table.count == keys.count, let currentKey = table[current] else { return nil }
        self.keys = table
        self.current = currentKey
    }

    /// Seals bytes for a purpose, until a time in milliseconds since 1970 or for ever.
    public func seal(_ plaintext: [UInt8], purpose: String, expiresAt: Int64?) -> String {
        var header = [Self.version, current.id]
        withUnsafeBytes(of: (expiresAt ?? .max).bigEndian) { header += $0 }
        // Sealing fails for keys of a wrong size only, and a purpose key always has 32 bytes.
        guard
            let box = try? AES.GCM.seal(
                plaintext, using: current.purposeKey(purpose), authenticating: header + Array(purpose.utf8))
        else { preconditionFailure("AES-256-GCM refused a key of 32 bytes") }
        return Base64URL.encode(header + Array(box.nonce) + Array(box.ciphertext) + Array(box.tag))
    }

    /// Opens a token that was sealed for this purpose, at a time in milliseconds since 1970.
    public func open(_ token: String, purpose: String, now: Int64) throws(SealError) -> [UInt8] {
        guard token.utf8.count <= Self.greatestTokenBytes, let bytes = Base64URL.decode(token),
            bytes.count >= Self.headerBytes + Self.nonceBytes + Self.tagBytes, bytes[0] == Self.version
        else { throw .malformed }
        guard let key = keys[bytes[1]] else { throw .unknownKey }
        let header = bytes[..<Self.headerBytes]
        guard let box = try? AES.GCM.SealedBox(combined: bytes[Self.headerBytes...]),
            let plaintext = try? AES.GCM.open(
                box, using: key.purposeKey(purpose), authenticating: Array(header) + Array(purpose.utf8))
        else { throw .forged }
        // Only now is the expiry known to be the one that was sealed.
        let expiresAt = header[2...].reduce(0 as Int64) { $0 << 8 | Int64($1) }
        guard now < expiresAt else { throw .expired }
        return Array(plaintext)
    }
}
