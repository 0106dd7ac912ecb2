import Synchronization
import Wire

/// Ids for requests that come by no HTTP front.
final class RequestIDSource: Sendable {
    private let generator = Mutex(RequestIDGenerator())

    func next() -> RequestID { generator.withLock { $0.next(nowMilliseconds: WallClock.system.nowMilliseconds()) } }
}
