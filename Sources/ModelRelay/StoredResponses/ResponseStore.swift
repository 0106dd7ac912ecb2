internal import NIOHTTP1
public import Wire

/// The responses that are kept for `previous_response_id`, retrieval and deletion.
///
/// Everything that waits or parses runs off the event loops.
public final class ResponseStore: Sendable {
    /// How long and how much is kept.
    public struct Limits: Sendable {
        /// As OpenAI keeps responses.
        public var lifetimeMilliseconds: Int64 = 30 * 24 * 3600 * 1000
        /// Bytes of one record; a larger exchange isn't kept.
        public var maximumRecordBytes = 8 << 20
        /// Responses that one may go back through to the beginning of its conversation.
        public var maximumTurns = 512
        /// Bytes of all records that one conversation may be put together from.
        public var maximumConversationBytes = 32 << 20
        /// Bytes of exchanges that wait to be saved; those that are over it aren't kept.
        public var maximumWaitingBytes = 128 << 20

        public init() {}
    }

    private let records: any ExpiringRecords
    private let clock: WallClock
    private let limits: Limits
    private let saving: SavingResponses
    let background: BackgroundResponses

    public init(
        records: any ExpiringRecords, clock: WallClock = .system, limits: Limits = Limits(), maximumBackground: Int = 1000
    ) {
        self.records = records
        self.clock = clock
        self.limits = limits
        self.saving = SavingResponses(maximumBytes: limits.maximumWaitingBytes)
        self.background = BackgroundResponses(maximumCount: maximumBackground)
    }

    // MARK: Keeping

    /// Begins to keep a response, and returns at once. Whoever asks for it by its id meanwhile waits.
    ///
    /// Where the records can't be reached it isn't kept: its client has it already.
    /// - Parameters:
    ///   - isRun: whether it was made in the background; then its run has ended once it is kept.
    ///   - byteCount: of request and response.
    ///   - exchange: is called off the event loop; nil where there is nothing to keep.
    func keep(
        id: String, owner: ResponseOwner, isRun: Bool, byteCount: Int, _ exchange: @escaping @Sendable () -> ResponseExchange?
    ) {
        guard isRun || byteCount <= self.limits.maximumRecordBytes else { return }
        _ = self.saving.begin(Self.key(id, owner), byteCount: byteCount, isForced: isRun) {
            if let exchange = exchange() { _ = try? await self.save(exchange) }
            if isRun { self.background.end(id, owner: owner) }
        }
    }

    /// Keeps a response, in the place of one with the same id and owner (one that was still being made).
    /// - Returns: false where it is too large, or its request or response can't be read, or it was cancelled meanwhile.
    /// - Throws: where the records can't be reached.
    @concurrent
    func save(_ exchange: ResponseExchange) async throws -> Bool {
        let limits = JSONLimits(duplicateNames: .lastWins)
        guard exchange.request.count + exchange.response.count <= self.limits.maximumRecordBytes,
            let request = try? JSON.parse(exchange.request, limits: limits),
            let response = try? JSON.parse(exchange.response, limits: limits), let id = response["id"]?.stringValue,
            Self.isAcceptable(id)
        else { return false }
        let now = self.clock.nowMilliseconds()
        // A server that takes no notice of `store` says so in its answer, where it says anything.
        let channelID = response["store"]?.boolValue == true ? exchange.channelID : nil
        let stored = StoredResponse(
            id: id, owner: exchange.owner, channelID: channelID,
            previousID: request["previous_response_id"]?.stringValue, input: ResponseExchange.items(of: request),
            response: response, createdAt: now, expiresAt: now + self.limits.lifetimeMilliseconds)
        if !stored.isUnfinished, self.background.wasCancelled(id, owner: exchange.owner) { return false }
        return try await self.put(stored)
    }

    private func put(_ stored: StoredResponse) async throws -> Bool {
        let bytes = stored.encoded()
        guard bytes.count <= self.limits.maximumRecordBytes else { return false }
        try await self.records.put(Self.key(stored.id, stored.owner), bytes, expiresAt: stored.expiresAt)
        return true
    }

    // MARK: Fetching

    /// - Throws: a 404 for an id that the owner has no response of; a 503 where the records can't be reached.
    @concurrent
    func response(id: String, owner: ResponseOwner) async throws(RelayError) -> StoredResponse {
        guard let stored = try await self.find(id, owner)?.response else { throw Self.missing(id) }
        return stored
    }

    /// - Throws: as `response(id:owner:)`.
    @concurrent
    func delete(id: String, owner: ResponseOwner) async throws(RelayError) -> StoredResponse {
        let stored = try await self.response(id: id, owner: owner)
        _ = self.background.cancel(id, owner: owner)
        do { try await self.records.remove(Self.key(id, owner)) } catch { throw Self.unreachable }
        return stored
    }

    /// Ends a response that is being made in the background.
    /// - Returns: the response, cancelled; one that has ended already as it is.
    /// - Throws: a 400 for one that was not made in the background, or is being made by another node; else as `response(id:owner:)`.
    @concurrent
    func cancel(id: String, owner: ResponseOwner) async throws(RelayError) -> StoredResponse {
        var stored = try await self.response(id: id, owner: owner)
        guard stored.isBackground else {
            throw RelayError(
                .badRequest, parameter: "response_id", "only a response that is made in the background can be cancelled")
        }
        guard stored.isUnfinished else { return stored }
        guard self.background.cancel(id, owner: owner) else {
            throw RelayError(.badRequest, parameter: "response_id", "the response '\(id)' is not being made here")
        }
        stored.response["status"] = "cancelled"
        do { _ = try await self.put(stored) } catch { throw Self.unreachable }
        return stored
    }

    // MARK: Going on

    /// The channel whose upstream knows the response, so that a follow-up can be passed on as it is; nil where only this store knows it.
    /// - Throws: a 400 where the owner has no such response.
    @concurrent
    func channel(previous id: String, owner: ResponseOwner) async throws(RelayError) -> Int64? {
        guard let stored = try await self.find(id, owner)?.response else { throw Self.missing(previous: id) }
        return stored.channelID
    }

    /// The whole conversation up to and with a response.
    /// - Throws: a 400 where the owner has no such response, it isn't finished, one before it is gone, or they are too many.
    @concurrent
    func resolve(previous id: String, owner: ResponseOwner) async throws(RelayError) -> PreviousResponse {
        var turns: [StoredResponse] = []
        var bytes = 0
        var next: String? = id
        while let current = next {
            guard let found = try await self.find(current, owner) else { throw Self.missing(previous: current) }
            guard !found.response.isUnfinished else {
                throw RelayError(
                    .badRequest, code: "previous_response_not_finished", parameter: "previous_response_id",
                    "the response '\(current)' is not finished")
            }
            bytes += found.byteCount
            turns.append(found.response)
            guard turns.count <= self.limits.maximumTurns, bytes <= self.limits.maximumConversationBytes else {
                throw RelayError(
                    .badRequest, code: "conversation_too_long", parameter: "previous_response_id",
                    "the conversation before this request is too long to go on from")
            }
            next = found.response.previousID
        }
        return PreviousResponse(
            channelID: turns.first?.channelID, items: turns.reversed().flatMap { PreviousResponse.items(of: $0) })
    }

    /// A page of the items that a response was made from: those of its request and of all turns before.
    /// - Throws: as `response(id:owner:)`; a 400 for a page that can't be.
    @concurrent
    func inputItems(id: String, owner: ResponseOwner, page: InputItemPage) async throws(RelayError) -> JSON {
        let stored = try await self.response(id: id, owner: owner)
        var items: [JSON] = []
        // A beginning that is gone isn't missed here.
        if let previous = stored.previousID, let before = try? await self.resolve(previous: previous, owner: owner) {
            items = before.items
        }
        return try page.list(items + stored.input, of: id)
    }

    // MARK: Records

    private func find(_ id: String, _ owner: ResponseOwner) async throws(RelayError) -> (
        response: StoredResponse, byteCount: Int
    )? {
        guard Self.isAcceptable(id) else { return nil }
        let key = Self.key(id, owner)
        await self.saving.wait(for: key)
        let bytes: [UInt8]?
        do { bytes = try await self.records.get(key) } catch { throw Self.unreachable }
        guard let bytes, let stored = StoredResponse(encoded: bytes), stored.id == id, stored.owner == owner,
            stored.expiresAt > self.clock.nowMilliseconds()
        else { return nil }
        return (stored, bytes.count)
    }

    /// Each owner has its own names, so that no id of another leads anywhere.
    private static func key(_ id: String, _ owner: ResponseOwner) -> String {
        "response/\(owner.group.utf8.count)/\(owner.group)/\(owner.tokenID)/\(id)"
    }

    private static func isAcceptable(_ id: String) -> Bool {
        1...128 ~= id.utf8.count && id.utf8.allSatisfy { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "/") }
    }

    private static func missing(_ id: String) -> RelayError {
        RelayError(.notFound, parameter: "response_id", "there is no response with the id '\(id.prefix(128))'")
    }

    private static func missing(previous id: String) -> RelayError {
        RelayError(
            .badRequest, code: "previous_response_not_found", parameter: "previous_response_id",
            "there is no response with the id '\(id.prefix(128))'")
    }

    private static var unreachable: RelayError {
        RelayError(
            .serviceUnavailable, type: "server_error", code: "response_store_unavailable", "stored responses can't be reached now"
        )
    }
}
