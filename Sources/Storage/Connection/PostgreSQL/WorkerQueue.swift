internal import Glibc

/// A bounded queue of work for threads of our own: work that blocks must never run on the threads of Swift's concurrency.
///
/// A condition variable, because there is none in the standard library that a thread may wait on.
final class WorkerQueue: @unchecked Sendable {
    // Proof: everything below is touched only while `mutex` is held, and `mutex` and `condition` are made for sharing;
    // they live at fixed addresses until `deinit`, which runs when no thread has a reference any more.

    /// One piece of work, given the worker that runs it; nil tells it that it never will, because the queue was closed.
    typealias Job = @Sendable (PostgreSQLWorker?) -> Void

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let limit: Int
    private var jobs: [Job] = []
    private var taken = 0
    private var isClosed = false

    /// At most `limit` pieces of work wait.
    init(limit: Int) {
        self.limit = limit
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Puts `job` at the end; false where the queue is full or closed.
    func append(_ job: @escaping Job) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, jobs.count - taken < limit else { return false }
        jobs.append(job)
        pthread_cond_signal(condition)
        return true
    }

    /// Waits for work; nil once the queue is closed and empty.
    func next() -> Job? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if taken < jobs.count {
                let job = jobs[taken]
                // What it holds goes with it, not with the array.
                jobs[taken] = { _ in }
                taken += 1
                if taken == jobs.count {
                    jobs.removeAll(keepingCapacity: true)
                    taken = 0
                } else if taken >= limit {
                    jobs.removeFirst(taken)
                    taken = 0
                }
                return job
            }
            if isClosed { return nil }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// No more work is taken; what waits is told so.
    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        let abandoned = jobs[taken...]
        jobs = []
        taken = 0
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
        for job in abandoned { job(nil) }
    }
}
