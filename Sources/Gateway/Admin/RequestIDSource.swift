internal import Synchronization
internal import Wire

/// Gives each request an id.
final class RequestIDSource: Sendable {
    private let generator = Mutex(RequestIDGenerator())

    func next(nowMilliseconds: Int64) -> RequestID { generator.withLock { $0.next(nowMilliseconds: nowMilliseconds) } }
}
