internal import Synchronization

/// The directory as it is now: holds the current snapshot and replaces it whole.
public final class LiveDirectory: Sendable {
    private let snapshot: Mutex<Snapshot>
    /// Counts replacements; moves just after `snapshot` does.
    private let replacements = Atomic<Int>(0)
    /// Held while a new snapshot is worked out, so that readers never wait for that and no change is lost.
    private let writing = Mutex<Void>(())

    /// A directory that begins with a snapshot.
    public init(_ snapshot: Snapshot = .empty) { self.snapshot = Mutex(snapshot) }

    /// The snapshot that is current now.
    public var current: Snapshot { snapshot.withLock { $0 } }

    /// Which snapshot is current: rises with each replacement.
    public var version: Int { replacements.load(ordering: .acquiring) }

    /// Changes what is current. Changes from several threads follow each other; none is lost.
    ///
    /// Works out the new snapshot on the calling thread, which for channels and models may take milliseconds: not for an event
    /// loop.
    public func apply(_ changes: [DirectoryChange]) {
        guard !changes.isEmpty else { return }
        writing.withLock { _ in publish(current.applying(changes)) }
    }

    /// Replaces what is current.
    public func replace(_ new: Snapshot) {
        writing.withLock { _ in publish(new) }
    }

    private func publish(_ new: Snapshot) {
        // The old one is released outside the lock: it may be large.
        let old = snapshot.withLock { current in
            let old = current
            current = new
            return old
        }
        replacements.add(1, ordering: .releasing)
        withExtendedLifetime(old) {}
    }

    /// A reader for one event loop.
    public func reader() -> Reader { Reader(self) }

    /// Keeps the snapshot of one event loop, so that a request costs one atomic load instead of a lock shared by all loops.
    public struct Reader: Sendable {
        private let directory: LiveDirectory
        private var version: Int
        private var snapshot: Snapshot

        init(_ directory: LiveDirectory) {
            self.directory = directory
            // The version first: a replacement in between is then noticed by the next look, never missed.
            version = directory.version
            snapshot = directory.current
        }

        /// The snapshot that is current now.
        public mutating func current() -> Snapshot {
            let now = directory.version
            if now != version {
                version = now
                snapshot = directory.current
            }
            return snapshot
        }
    }
}
