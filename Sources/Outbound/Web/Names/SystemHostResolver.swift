internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The system's own resolver (`getaddrinfo`), which blocks: a few threads of its own wait for it, and what more there is to look up
/// waits in a bounded queue. Who asks for a name that is being looked up already shares the answer.
public final class SystemHostResolver: HostResolver {
    /// The process has one: its threads live as long as the process.
    public static let shared = SystemHostResolver()

    private typealias Answer = Result<[IPAddress], OutboundError>

    private struct Lookups {
        var waiting: [String: [Int: CheckedContinuation<Answer, Never>]] = [:]
        var nextWaiter = 0
    }

    private static let threadCount = 4
    /// Names that are looked up or wait for it, and those who wait for one name.
    private static let maximumLookups = 256
    private static let maximumWaiters = 1024
    private static let maximumAddresses = 16

    private let threads = NIOThreadPool(numberOfThreads: threadCount)
    private let lookups = Mutex(Lookups())

    private init() { self.threads.start() }

    public func addresses(of host: String, within limit: Duration) async throws(OutboundError) -> [IPAddress] {
        // Whichever ends first ends the other: the sleep is cut short by the answer, the wait by its cancellation.
        let answer = await withTaskGroup(of: Answer?.self) { group in
            group.addTask { await self.answer(for: host) }
            group.addTask {
                do { try await Task.sleep(for: limit) } catch { return nil }
                return .failure(OutboundError(.timedOut, "timed out looking up \(host)"))
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let answer else { throw OutboundError(.cancelled, "cancelled") }
        return try answer.get()
    }

    private func answer(for host: String) async -> Answer? {
        let number = self.lookups.withLock { lookups in
            lookups.nextWaiter += 1
            return lookups.nextWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in self.enter(continuation, number, host) }
        } onCancel: {
            let waiter = self.lookups.withLock { $0.waiting[host]?.removeValue(forKey: number) }
            waiter?.resume(returning: .failure(OutboundError(.cancelled, "cancelled")))
        }
    }

    private func enter(_ continuation: CheckedContinuation<Answer, Never>, _ number: Int, _ host: String) {
        enum Entry { case first, later, full, cancelled }
        let entry = self.lookups.withLock { lookups -> Entry in
            // The cancellation came first, and found nobody.
            if Task.isCancelled { return .cancelled }
            guard let count = lookups.waiting[host]?.count else {
                guard lookups.waiting.count < Self.maximumLookups else { return .full }
                lookups.waiting[host] = [number: continuation]
                return .first
            }
            guard count < Self.maximumWaiters else { return .full }
            lookups.waiting[host]?[number] = continuation
            return .later
        }
        switch entry {
        case .later: break
        case .full: continuation.resume(returning: .failure(OutboundError(.overloaded, "too many names wait to be looked up")))
        case .cancelled: continuation.resume(returning: .failure(OutboundError(.cancelled, "cancelled")))
        case .first:
            self.threads.submit { _ in
                let answer = Self.lookUp(host)
                let waiters = self.lookups.withLock { $0.waiting.removeValue(forKey: host) } ?? [:]
                for waiter in waiters.values { waiter.resume(returning: answer) }
            }
        }
    }

    private static func lookUp(_ host: String) -> Answer {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        // Else each address comes once for each type of socket.
        #if canImport(Glibc)
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        #else
            hints.ai_socktype = SOCK_STREAM
        #endif
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(host, nil, &hints, &list)
        guard failure == 0 else {
            return .failure(
                OutboundError(.connect, failure == EAI_AGAIN ? "\(host) can't be looked up now" : "there is no host \(host)"))
        }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next, addresses.count < Self.maximumAddresses {
            if let address = Self.address(in: entry.pointee), !addresses.contains(address) { addresses.append(address) }
            next = entry.pointee.ai_next
        }
        return addresses.isEmpty ? .failure(OutboundError(.connect, "there is no host \(host)")) : .success(addresses)
    }

    /// Read by the places that the fields have in the socket API of Linux and Darwin (`sin_addr` at 4, `sin6_addr` at 8): more than one
    /// module of SwiftNIO declares the C types over again, and which of them the compiler takes for theirs depends on how it is called.
    private static func address(in entry: addrinfo) -> IPAddress? {
        guard let start = entry.ai_addr.map({ UnsafeRawPointer($0) }) else { return nil }
        switch (entry.ai_family, Int(entry.ai_addrlen)) {
        case (AF_INET, 8...): return .v4(UInt32(bigEndian: start.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        case (AF_INET6, 24...): return .v6(UInt128(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt128.self)))
        default: return nil
        }
    }
}
