// What Sources/Wire/Sealing needs of swift-crypto, without any cryptography: a fuzzer finds its way past nothing else. The tag
// of a box depends on all that a real one does.

public struct SymmetricKey: Sendable {
    let bytes: [UInt8]

    public init(data: [UInt8]) { bytes = data }
}

public enum SHA256: Sendable {
    public static func hash(data: [UInt8]) -> [UInt8] { digest(data, count: 32) }
}

public enum HKDF<Hash> {
    public static func deriveKey(inputKeyMaterial: SymmetricKey, info: [UInt8], outputByteCount: Int) -> SymmetricKey {
        SymmetricKey(data: digest(inputKeyMaterial.bytes + info, count: outputByteCount))
    }
}

public struct HMAC<Hash: Sendable>: Sendable {
    private var bytes: [UInt8]

    public init(key: SymmetricKey) { bytes = key.bytes }

    public mutating func update(data: UnsafeRawBufferPointer) { bytes += data }

    public func finalize() -> [UInt8] { digest(bytes, count: 32) }
}

public enum AES {
    public enum GCM {
        public struct Failure: Error {}

        public struct SealedBox {
            public let nonce: [UInt8]
            public let ciphertext: [UInt8]
            public let tag: [UInt8]

            public init(combined: ArraySlice<UInt8>) throws {
                guard combined.count >= 28 else { throw Failure() }
                self.init(
                    nonce: Array(combined.prefix(12)), ciphertext: Array(combined.dropFirst(12).dropLast(16)),
                    tag: Array(combined.suffix(16)))
            }

            init(nonce: [UInt8], ciphertext: [UInt8], tag: [UInt8]) {
                self.nonce = nonce
                self.ciphertext = ciphertext
                self.tag = tag
            }
        }

        public static func seal(_ plaintext: [UInt8], using key: SymmetricKey, authenticating: [UInt8]) throws -> SealedBox {
            let tag = digest(key.bytes + authenticating + plaintext, count: 16)
            return SealedBox(nonce: [UInt8](repeating: 0, count: 12), ciphertext: plaintext, tag: tag)
        }

        public static func open(_ box: SealedBox, using key: SymmetricKey, authenticating: [UInt8]) throws -> [UInt8] {
            guard digest(key.bytes + authenticating + box.ciphertext, count: 16) == box.tag else { throw Failure() }
            return box.ciphertext
        }
    }
}

/// FNV-1a, stretched.
private func digest(_ bytes: [UInt8], count: Int) -> [UInt8] {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return (0..<count).map { index in
        hash = (hash ^ UInt64(index)) &* 0x100_0000_01B3
        return UInt8(truncatingIfNeeded: hash >> 32)
    }
}
