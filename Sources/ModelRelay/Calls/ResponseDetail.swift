internal import Ledger
internal import NIOCore

/// What is kept of a call's bodies for its log entry.
struct ResponseDetail {
    /// Kept though the operator didn't ask for all detail, because the call failed.
    var keepsAlways = false
    private var bytes: [UInt8] = []
    private var isTruncated = false

    mutating func append(_ part: ByteBuffer, limit: Int) {
        guard limit > 0 else { return }
        let room = limit - self.bytes.count
        if part.readableBytes > room { self.isTruncated = true }
        if room > 0 { self.bytes += part.readableBytesView.prefix(room) }
    }

    /// - Parameters:
    ///   - isForced: whether detail is kept of every call.
    ///   - limit: bytes of the request's body.
    func finished(request: ByteBuffer, code: Int64, isForced: Bool, limit: Int) -> CallDetail? {
        guard isForced || self.keepsAlways, code != 429 else { return nil }
        // With these codes the request's body says nothing about the failure.
        let keepsRequest = isForced || ![401, 402, 403, 404, 405].contains(code)
        let kept = keepsRequest ? request.readableBytesView.prefix(limit) : request.readableBytesView.prefix(0)
        return CallDetail(
            requestBody: String(decoding: kept, as: UTF8.self),
            requestBodyIsTruncated: keepsRequest && request.readableBytes > limit,
            responseBody: String(decoding: self.bytes, as: UTF8.self), responseBodyIsTruncated: self.isTruncated)
    }
}
