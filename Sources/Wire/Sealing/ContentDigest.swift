internal import Crypto

/// What tells one text from another: SHA-256 (FIPS 180-4). No secret is in it, so it hides nothing that can be guessed.
public struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    private let bytes: [UInt8]

    /// The digest of those bytes.
    public init(_ content: [UInt8]) { bytes = Array(SHA256.hash(data: content)) }

    /// The digest of several, in their order.
    public init(_ digests: some Sequence<ContentDigest>) { self.init(digests.flatMap(\.bytes)) }

    /// 64 hexadecimal digits.
    public var description: String {
        String(
            decoding: bytes.flatMap { [Byte.lowerHexadecimal[Int($0 >> 4)], Byte.lowerHexadecimal[Int($0 & 15)]] }, as: UTF8.self)
    }
}
