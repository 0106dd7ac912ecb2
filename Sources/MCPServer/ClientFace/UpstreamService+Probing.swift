import Outbound
import Synchronization
import Wire

extension UpstreamService {
    /// Opens the way to the upstream, after finding out what it speaks where that is not known.
    func open(_ key: SessionKey, _ client: Implementation) async throws(MCPError) -> Reached {
        if case .eventStream = endpoint.transport { return try await openKnown(.legacy(.eventStream), key, client) }
        if let verdict = eras.verdict(for: place) {
            do {
                return try await openLearnt(verdict, key, client)
            } catch {
                guard contradicts(error.event) else { throw failure(error) }
                eras.forget(place)
            }
        }
        return try await probe(key, client)
    }

    private func openKnown(_ verdict: EraVerdict, _ key: SessionKey, _ client: Implementation) async throws(MCPError) -> Reached {
        do {
            return try await openLearnt(verdict, key, client)
        } catch {
            throw failure(error)
        }
    }

    private func openLearnt(
        _ verdict: EraVerdict, _ key: SessionKey, _ client: Implementation
    ) async throws(HandshakeFault) -> Reached {
        switch verdict {
        case .modern(let revision):
            do {
                let candidate = try await makeStateless(revision)
                return .modern(keep(candidate))
            } catch {
                throw .link(error)
            }
        case .legacy(let transport): return .legacy(try await openSession(key, client, over: transport, reusing: nil))
        }
    }

    /// Whether a handshake that failed shows that the upstream speaks something else by now.
    private func contradicts(_ event: EraProbe.Event) -> Bool {
        switch event {
        case .failed(let code, _, let status): code == ErrorCode.unsupportedRevision || [400, 404, 405].contains(status)
        case .answered(let status): status < 500
        default: false
        }
    }

    private func failure(_ fault: HandshakeFault) -> MCPError {
        switch fault {
        case .link(let fault):
            note(fault)
            return UpstreamAnswer.error(fault.kind == .broken ? LinkFault(.notTaken, fault.summary) : fault)
        case .refused(let error, _):
            note("The upstream refused the handshake (\(error.code))")
            return MCPError(.upstreamUnavailable, "The upstream refused the handshake (\(error.code))")
        case .unknownGreeting:
            note("The upstream speaks no revision that is known here")
            return MCPError(.upstreamUnavailable, "The upstream speaks no revision that is known here")
        }
    }

    // MARK: - Probing

    private func probe(_ key: SessionKey, _ client: Implementation) async throws(MCPError) -> Reached {
        let isLines = if case .lines = endpoint.transport { true } else { false }
        var probe = EraProbe(isLines ? .lines : .http)
        var step = probe.first
        var candidate: StatelessUpstream?
        var session: UpstreamSession?
        defer {
            if let candidate, state.withLock({ $0.modern }) !== candidate { Task { await candidate.link.close() } }
        }
        while true {
            switch step {
            case .discover:
                let event: EraProbe.Event
                do {
                    let asked: StatelessUpstream
                    if let candidate { asked = candidate } else { asked = try await makeStateless(.july2026) }
                    candidate = asked
                    event = await discover(asked, isLines: isLines)
                } catch {
                    throw failure(.link(error))
                }
                step = probe.handle(event)
            case .initialize(let afresh):
                // The process that was asked goes on as a legacy one, unless it took the question amiss.
                let reused = afresh ? nil : candidate?.link as? LineLink
                if reused != nil { candidate = nil }
                let event: EraProbe.Event
                (event, session) = await handshake(key, client, over: isLines ? .lines : .streamableHTTP, reusing: reused)
                step = probe.handle(event)
            case .openEventStream:
                let event: EraProbe.Event
                (event, session) = await handshake(key, client, over: .eventStream, reusing: nil)
                step = probe.handle(event)
            case .settled(let verdict):
                eras.record(verdict, for: place)
                if let session { return .legacy(session) }
                guard case .modern(let revision) = verdict, let found = candidate else {
                    throw MCPError(.upstreamUnavailable, "The upstream can't be reached")
                }
                noteReached(.modern, revision, isLines ? "stdio" : "streamable-http")
                return .modern(keep(found))
            case .stopped(let reason): throw stopped(reason)
            }
        }
    }

    private func stopped(_ reason: EraProbe.Stop) -> MCPError {
        let summary =
            switch reason {
            case .unauthorized: "The upstream does not accept the credential configured for it"
            case .outage: "The upstream can't be reached"
            case .forbidden: LinkFault.forbiddenAddress
            case .redirected: HTTPLink.redirection
            case .noCommonRevision: "The upstream speaks no revision that is known here"
            case .notMCP: "The upstream does not speak MCP"
            }
        note(summary)
        return MCPError(.upstreamUnavailable, summary)
    }

    private func discover(_ upstream: StatelessUpstream, isLines: Bool) async -> EraProbe.Event {
        let answer: LinkAnswer
        do {
            answer = try await upstream.discover(within: endpoint.limits.probe)
        } catch {
            guard isLines else { return EraProbe.Event(error) }
            if (upstream.link as? LineLink)?.hasEnded == true { return .exited }
            return error.kind == .timedOut ? .silence : .exited
        }
        noteContact()
        switch answer.content {
        case .failure(let error): return EraProbe.Event(error, status: answer.status)
        case .result(let result):
            guard let versions = result["supportedVersions"]?.arrayValue?.compactMap(\.stringValue) else {
                return .answered(status: answer.status)
            }
            upstream.learn(Greeting(discoverResult: result, revision: upstream.revision), now: now())
            return .discovered(versions: versions)
        }
    }

    private func handshake(
        _ key: SessionKey, _ client: Implementation, over transport: LegacyTransport, reusing link: LineLink?
    ) async -> (EraProbe.Event, UpstreamSession?) {
        do {
            return (.initialized, try await openSession(key, client, over: transport, reusing: link))
        } catch {
            if case .link(let fault) = error { note(fault) }
            return (error.event, nil)
        }
    }

    // MARK: - Links

    /// Takes an upstream for all callers, unless another was found meanwhile.
    private func keep(_ candidate: StatelessUpstream) -> StatelessUpstream {
        let kept = state.withLock { state in
            if let modern = state.modern { return modern }
            state.modern = candidate
            return candidate
        }
        if kept !== candidate { Task { await candidate.link.close() } }
        return kept
    }

    private func makeStateless(_ revision: Revision) async throws(LinkFault) -> StatelessUpstream {
        let traffic = UpstreamTraffic(features: [], limits: endpoint.limits)
        let receiver: @Sendable () -> (any LinkReceiver)? = { [weak traffic] in traffic }
        let link: any UpstreamLink
        switch endpoint.transport {
        case .streamableHTTP(_, let client), .eventStream(_, let client):
            link = HTTPLink(client, url: place, endpoint: endpoint, era: .modern, receiver: receiver)
        case .lines(let factory):
            link = LineLink(try await channel(factory), limits: endpoint.limits, receiver: receiver)
        }
        return StatelessUpstream(
            revision, over: link, traffic: traffic, isShared: !(link is HTTPLink), identity: endpoint.identity,
            limits: endpoint.limits
        ) { [weak self] upstream, _ in self?.drop(upstream) }
    }

    private func channel(_ factory: UpstreamEndpoint.ChannelFactory) async throws(LinkFault) -> any LineChannel {
        do {
            return try await factory()
        } catch {
            throw LinkFault(.notTaken, "The upstream's process can't be started")
        }
    }

    private func openSession(
        _ key: SessionKey, _ client: Implementation, over transport: LegacyTransport, reusing old: LineLink?
    ) async throws(HandshakeFault) -> UpstreamSession {
        // Above the ids of the question for the era, whose answer may still come.
        let traffic = UpstreamTraffic(features: key.features, limits: endpoint.limits, lastID: old == nil ? 0 : 1000)
        let receiver: @Sendable () -> (any LinkReceiver)? = { [weak traffic] in traffic }
        let link: any UpstreamLink
        do throws(LinkFault) {
            switch (endpoint.transport, transport) {
            case (.streamableHTTP(_, let web), .eventStream), (.eventStream(_, let web), _):
                link = try await EventStreamLink.open(web, url: place, endpoint: endpoint, receiver: receiver)
            case (.streamableHTTP(_, let web), _):
                link = HTTPLink(web, url: place, endpoint: endpoint, era: .legacy, receiver: receiver)
            case (.lines(let factory), _):
                if let old {
                    old.redirect(to: receiver)
                    link = old
                } else {
                    link = LineLink(try await channel(factory), limits: endpoint.limits, receiver: receiver)
                }
            }
        } catch {
            throw .link(error)
        }
        do {
            let session = try await UpstreamSession.open(
                key, over: link, traffic: traffic, client: client, limits: endpoint.limits
            ) { [weak self] session, event in self?.heard(event, from: session) }
            noteContact()
            noteReached(.legacy, session.greeting.revision, transport.rawValue)
            return session
        } catch {
            await link.close()
            throw error
        }
    }

    private func noteReached(_ era: Revision.Era, _ revision: Revision, _ transport: String) {
        state.withLock { state in
            state.health.era = era
            state.health.revision = revision
            state.health.transport = transport
        }
    }

    /// Something happened in a session outside of calls.
    private func heard(_ event: SessionEvent, from session: UpstreamSession) {
        if case .changed(.toolsListChanged) = event { catalogue.invalidate() }
        if case .ended(let fault) = event {
            note(fault)
            drop(session)
        }
        state.withLock { $0.groups[session.key] }?.heard(event, from: session)
    }
}
