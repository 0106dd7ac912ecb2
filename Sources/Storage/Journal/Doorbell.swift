internal import Glibc

/// What a thread of our own sleeps at: it wakes when it is rung, or when the time is over.
final class Doorbell: @unchecked Sendable {
    // Proof: `isRung` is touched only while `mutex` is held; the other two are made for sharing and live until `deinit`, when no
    // thread has a reference any more.

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var isRung = false

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A clock that is set must not make the thread sleep for hours.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Wakes the thread, or keeps it from going to sleep the next time.
    func ring() {
        pthread_mutex_lock(mutex)
        isRung = true
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Sleeps until the bell is rung, for at most `duration`.
    func wait(atMost duration: Duration) {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = Int64(max(duration, .zero) / .nanoseconds(1)) + Int64(end.tv_nsec)
        end.tv_sec += Int(nanoseconds / 1_000_000_000)
        end.tv_nsec = Int(nanoseconds % 1_000_000_000)
        pthread_mutex_lock(mutex)
        while !isRung, pthread_cond_timedwait(condition, mutex, &end) == 0 {}
        isRung = false
        pthread_mutex_unlock(mutex)
    }
}
