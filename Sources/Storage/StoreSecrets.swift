public import Wire

/// What the store needs of the operator's secret: to recognise keys without keeping them, and to seal what must be read again.
public struct StoreSecrets: Sendable {
    /// Hashes the keys of tokens. Whoever looks up a key that a client sent hashes it with this.
    public let tokenKeys: KeyedHash
    private let channelKeys: KeyedHash
    private let seals: SealedTokens

    /// Seals what travels through clients and comes back: states of calls, cursors.
    public var travellingTokens: SealedTokens { seals }

    /// Everything from the operator's one secret, with its first sealing key.
    public init?(master: MasterSecret) {
        guard let seals = SealedTokens(keys: [master.sealingKey(id: 1)], current: 1) else { return nil }
        self.init(master: master, seals: seals)
    }

    /// As `init(master:)`, with sealing keys that may have been changed.
    public init(master: MasterSecret, seals: SealedTokens) {
        tokenKeys = master.hashKey("token")
        channelKeys = master.hashKey("channel")
        self.seals = seals
    }

    /// What something was sealed for; it opens for nothing else.
    enum Purpose: String {
        case tokenKey = "storage token key"
        case channel = "storage channel"
        case publicServer = "storage public server"
        case groupServer = "storage group server"
        case serverParameters = "storage server parameters"
    }

    /// The most bytes that are sealed in one column.
    static let greatestPlaintext = 32 << 20
    /// `SealedTokens` takes texts up to a mebibyte; longer ones (an OpenAPI document) are sealed in pieces that know their place.
    private static let pieceBytes = 512 << 10

    func channelKeyHash(_ key: String) -> SQLValue { .bytes(channelKeys.hash(key).bytes) }

    func seal(_ text: String, for purpose: Purpose) -> String { seal(Array(text.utf8), for: purpose) }

    func seal(_ object: JSONObject, for purpose: Purpose) -> String {
        seal(JSON.object(object).serializedBytes(), for: purpose)
    }

    func open(_ sealed: String, for purpose: Purpose) throws(StorageError) -> String {
        String(decoding: try bytes(sealed, for: purpose), as: UTF8.self)
    }

    func openObject(_ sealed: String, for purpose: Purpose) throws(StorageError) -> JSONObject {
        let bytes = try bytes(sealed, for: purpose)
        do {
            return try JSON.parse(bytes).objectValue ?? JSONObject()
        } catch {
            throw .damaged("a sealed value is not JSON: \(error.code)")
        }
    }

    private func seal(_ bytes: [UInt8], for purpose: Purpose) -> String {
        let count = max(1, (bytes.count + Self.pieceBytes - 1) / Self.pieceBytes)
        return (0..<count).map { index in
            let piece = Array(bytes[index * Self.pieceBytes..<min((index + 1) * Self.pieceBytes, bytes.count)])
            return seals.seal(piece, purpose: Self.name(purpose, index, of: count), expiresAt: nil)
        }.joined(separator: ".")
    }

    private func bytes(_ sealed: String, for purpose: Purpose) throws(StorageError) -> [UInt8] {
        let pieces = sealed.split(separator: ".", omittingEmptySubsequences: false)
        var bytes: [UInt8] = []
        for (index, piece) in pieces.enumerated() {
            do {
                bytes += try seals.open(String(piece), purpose: Self.name(purpose, index, of: pieces.count), now: 0)
            } catch {
                throw .damaged("a sealed value does not open (\(error)): was it sealed with another secret?")
            }
        }
        return bytes
    }

    private static func name(_ purpose: Purpose, _ index: Int, of count: Int) -> String {
        count == 1 ? purpose.rawValue : "\(purpose.rawValue) \(index)/\(count)"
    }
}
