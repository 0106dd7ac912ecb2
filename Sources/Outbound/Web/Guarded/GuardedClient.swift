internal import NIOCore
internal import Synchronization

/// The way to URLs that tenants and operators give: looks up, checks every address against a policy, and connects to one that was
/// checked, never to what a second lookup might say.
///
/// It stands before the pools of the event loops. Called on one of these loops, as services on an `EventLoopTaskExecutor` are, it uses
/// that loop's connections and no other thread takes part. Whoever wires the process makes it once:
///
/// ```swift
/// let loops = try await UpstreamLoops(group, tls: UpstreamClient.TLS())
/// let forTenants = GuardedClient(loops: loops, policy: .publicInternet(andNetworks: allowed))
/// let forOperators = forTenants.with(.anything)
/// ```
///
/// and takes the loops' own clients out of `loops` by `client(of:)` for whatever else shares them.
public struct GuardedClient: WebClient {
    /// How much of an answer is kept for a slow reader before the upstream is read no longer, but for what one turn of the event loop
    /// brings besides.
    public static let bufferedBytes = 128 << 10

    private final class Names: Sendable {
        let cache = Mutex(ResolutionCache())
        /// URLs that were taken apart before.
        let targets = Mutex<[String: WebTarget]>([:])
    }

    /// How many URLs are known taken apart, and how long those are: most requests of a process go to a few.
    private static let mostTargets = 1024
    private static let longestKnownURL = 512

    private let loops: UpstreamLoops
    private var policy: AddressPolicy
    private let resolver: any HostResolver
    private let names = Names()

    public init(loops: UpstreamLoops, policy: AddressPolicy, resolver: any HostResolver = SystemHostResolver.shared) {
        self.loops = loops
        self.policy = policy
        self.resolver = resolver
    }

    /// One with another policy, that shares connections and what was looked up.
    public func with(_ policy: AddressPolicy) -> GuardedClient {
        var copy = self
        copy.policy = policy
        return copy
    }

    public func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse {
        let hop = try WebHop(request, to: self.target(of: request.url))
        while true {
            let answer = try await self.exchange(hop)
            guard let location = hop.location(in: answer) else {
                if let coding = answer.header("content-encoding"), coding.lowercased() != "identity" {
                    throw OutboundError(.protocolViolation, "the answer is compressed, although that was not asked for")
                }
                return answer
            }
            try hop.follow(location, status: answer.status)
        }
    }

    private func target(of url: String) throws(OutboundError) -> WebTarget {
        if let known = self.names.targets.withLock({ $0[url] }) { return known }
        let target = try WebTarget(url)
        guard url.utf8.count <= Self.longestKnownURL else { return target }
        self.names.targets.withLock { targets in
            if targets.count >= Self.mostTargets { targets.removeAll(keepingCapacity: true) }
            targets[url] = target
        }
        return target
    }

    /// Whether `url` is one that may be called, as far as can be told without a lookup: for a form in which somebody enters it.
    /// - Throws: `OutboundError`: `.invalidURL`, `.refusedAddress`.
    public func check(_ url: String) throws(OutboundError) {
        let target = try WebTarget(url)
        try self.checkWithoutLookup(target)
    }

    // MARK: One hop

    private func exchange(_ hop: WebHop) async throws(OutboundError) -> WebAnswer {
        let deadline = ContinuousClock.now + min(hop.request.connectTimeout, .seconds(3600))
        let addresses = try await self.addresses(of: hop.target, within: hop.request.connectTimeout)
        guard let client = self.loops.nearest() else { throw OutboundError(.overloaded, "there is no event loop") }
        for (index, address) in addresses.enumerated() {
            let isLast = index == addresses.count - 1
            let remaining = index == 0 && isLast ? hop.request.connectTimeout : ContinuousClock.now.duration(to: deadline)
            // One address that swallows what it is sent must not take the time of all others.
            let request = try hop.upstreamRequest(
                connectTimeout: TimeAmount(
                    bounded: isLast ? remaining : min(remaining, max(remaining / 2, .milliseconds(250)))))
            let exchange = WebExchange(eventLoop: client.eventLoop, highWater: Self.bufferedBytes)
            do throws(OutboundError) {
                let head = try await exchange.send(request, to: hop.upstream(at: address), by: client)
                if index > 0 { self.remember(address, of: hop.target) }
                return WebAnswer(head, url: hop.request.url, exchange: exchange)
            } catch {
                let isUnreachable = error.code == .connect || error.code == .timedOut
                guard !isLast, isUnreachable, exchange.failedUnsent, ContinuousClock.now < deadline else { throw error }
            }
        }
        throw OutboundError(.connect, "there is no host \(hop.target.givenHost)")
    }

    // MARK: Addresses

    /// The addresses that may be connected to for `target`, in the order in which to try them.
    /// - Throws: `OutboundError.refusedAddress` where one of them may not: a name that leads to both has something in mind.
    private func addresses(of target: WebTarget, within limit: Duration) async throws(OutboundError) -> [IPAddress] {
        try self.checkWithoutLookup(target)
        switch target.host {
        case .address(let address): return [address]
        case .name(let name):
            let addresses = try await self.lookUp(name, within: limit)
            for address in addresses {
                guard let refusal = self.policy.refusal(of: address) else { continue }
                throw OutboundError(.refusedAddress, "\(target.givenHost) leads to \(refusal)")
            }
            return addresses
        }
    }

    private func checkWithoutLookup(_ target: WebTarget) throws(OutboundError) {
        if let refusal = self.policy.refusal(ofPort: target.port) {
            throw OutboundError(.refusedAddress, "\(target.port) is \(refusal)")
        }
        let refusal =
            switch target.host {
            case .address(let address): self.policy.refusal(of: address)
            case .name(let name): self.policy.refusal(ofName: name)
            }
        if let refusal { throw OutboundError(.refusedAddress, "\(target.givenHost) is \(refusal)") }
    }

    private func lookUp(_ name: String, within limit: Duration) async throws(OutboundError) -> [IPAddress] {
        if let known = self.names.cache.withLock({ $0.answer(for: name, now: .now) }) { return try known.get() }
        do throws(OutboundError) {
            let found = try await self.resolver.addresses(of: name, within: limit).prefix(16).map(\.unmapped)
            guard !found.isEmpty else { throw OutboundError(.connect, "there is no host \(name)") }
            return self.names.cache.withLock { $0.insert(found, for: name, now: .now) }
        } catch {
            // That this caller went away, or had no more time, says nothing of the name.
            if error.code == .connect { self.names.cache.withLock { $0.insert(error, for: name, now: .now) } }
            throw error
        }
    }

    private func remember(_ address: IPAddress, of target: WebTarget) {
        if case .name(let name) = target.host { self.names.cache.withLock { $0.prefer(address, for: name) } }
    }
}
