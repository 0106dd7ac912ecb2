import Outbound
import Synchronization
import Wire

extension HTTPLink {
    /// The answer in a JSON body.
    func document(_ response: any WebResponse, _ request: LinkRequest) async throws(LinkFault) -> LinkAnswer {
        let body: [UInt8]
        do {
            body = try await response.collect(upTo: limits.maximumMessageBytes)
        } catch {
            throw LinkFault(reading: error)
        }
        do {
            var answer: LinkAnswer?
            for message in try IncomingMessage.read(body, limits: JSONLimits(maximumBytes: limits.maximumMessageBytes)) {
                if message.answers(request.id) {
                    answer = LinkAnswer(message, status: response.status)
                } else {
                    receiver()?.received(message, for: nil)
                }
            }
            if let answer { return answer }
        } catch {}
        throw LinkFault(.malformed, "The upstream's answer is no message of the protocol, or not one to this request")
    }

    /// What an answer with a status beyond 2xx means: the JSON-RPC error in it, where it has one.
    /// - Throws: the meaning of the status otherwise.
    func refusal(_ response: any WebResponse, _ request: LinkRequest) async throws(LinkFault) -> LinkAnswer {
        let status = response.status
        let body = (try? await response.collect(upTo: Self.maximumErrorBytes)) ?? []
        let isAboutSession = era == .legacy && hasSession && request.method != "initialize"
        if isAboutSession, status == 404 { throw LinkFault(.sessionLost, "The upstream has ended the session") }
        guard status != 401, status != 403 else { throw Self.fault(status: status) }
        guard let message = try? IncomingMessage.one(body), message.answers(request.id),
            let answer = LinkAnswer(message, status: status), case .failure(let error) = answer.content
        else { throw Self.fault(status: status) }
        // Widely used servers say 400 with one of these codes of their own where they don't know a session; a server that
        // became a modern one says which versions it takes.
        if isAboutSession, status == 400, [-32000, -32001, ErrorCode.unsupportedRevision].contains(error.code) {
            throw LinkFault(.sessionLost, "The upstream has ended the session")
        }
        return answer
    }

    /// What is said of an upstream that answers elsewhere. Redirects are not followed: headers with credentials would go along.
    static let redirection = "The upstream redirects elsewhere and is not followed: its address must be where it answers itself"

    /// What a status without a JSON-RPC error means.
    static func fault(status: Int) -> LinkFault {
        switch status {
        case 401, 403:
            LinkFault(.unauthorized(status: status), "The upstream does not accept the credential configured for it (\(status))")
        case 300..<400:
            LinkFault(.refused(status: status), redirection)
        default: LinkFault(.refused(status: status), "The upstream answered with HTTP status \(status)")
        }
    }

    /// The answer on an event stream; what comes before it goes to the receiver. A stream that ends early is resumed where
    /// it had event ids (Streamable HTTP, legacy): some servers end streams on purpose and finish on the next.
    func answer(
        on response: any WebResponse, to request: LinkRequest, for call: UpstreamCall?
    ) async throws(LinkFault) -> LinkAnswer {
        var response = response
        var attempts = 0
        var lastID: String?
        var retry: Duration?
        while true {
            var reader = EventReader(response, maximumBytes: limits.maximumMessageBytes)
            let ending: LinkFault
            do {
                while let event = try await reader.next() {
                    attempts = 0
                    if let answer = dispatch(event, request, call) {
                        drain(response)
                        return answer
                    }
                    if let clock = request.clock, clock.isOver {
                        response.cancel()
                        throw LinkFault(.timedOut, "The call outlived its time")
                    }
                }
                ending = LinkFault(.broken, "The upstream's stream ended without an answer")
            } catch let error as LinkFault {
                throw error
            } catch let error as OutboundError {
                ending = LinkFault(reading: error)
            } catch {
                ending = LinkFault(.broken, "The upstream's stream broke off")
            }
            lastID = reader.lastEventID ?? lastID
            retry = reader.retry ?? retry
            guard ending.kind == .broken, era == .legacy, let lastID else { throw ending }
            repeat {
                guard attempts < Self.maximumResumptions, request.clock?.isOver != true else { throw ending }
                try await Self.pause(retry ?? .seconds(1) * attempts)
                attempts += 1
            } while try await !resume(behind: lastID, into: &response)
        }
    }

    /// Opens a stream that goes on behind an event; false where it could not be opened now.
    private func resume(behind id: String, into response: inout any WebResponse) async throws(LinkFault) -> Bool {
        var web = request("GET", body: [])
        web.headers.append(("Last-Event-ID", id))
        web.headTimeout = limits.handshake
        web.idleTimeout = limits.call
        let opened: any WebResponse
        do {
            opened = try await client.send(web)
        } catch {
            let fault = LinkFault(sending: error)
            guard fault.kind != .cancelled else { throw fault }
            return false
        }
        if (200..<300).contains(opened.status), Self.mediaType(opened) == "text/event-stream" {
            response = opened
            return true
        }
        opened.cancel()
        // A server that restarts says 5xx for a while; anything else is its last word.
        guard opened.status >= 500 else { throw LinkFault(.broken, "The upstream's stream broke off and can't be resumed") }
        return false
    }

    /// The answer, where the event is that; everything else goes where it belongs.
    private func dispatch(_ event: SSEEvent, _ request: LinkRequest, _ call: UpstreamCall?) -> LinkAnswer? {
        // An event without data only sets an id (2025-11-25, priming).
        guard !event.data.isEmpty, event.type == nil || event.type == "message" else { return nil }
        guard
            let messages = try? IncomingMessage.read(
                Array(event.data.utf8), limits: JSONLimits(maximumBytes: limits.maximumMessageBytes))
        else {
            state.withLock { $0.skipped += 1 }
            return nil
        }
        var answer: LinkAnswer?
        for message in messages {
            if message.answers(request.id) {
                answer = LinkAnswer(message)
            } else {
                receiver()?.received(message, for: call)
            }
        }
        return answer
    }

    /// Reads what is left of an answered stream, so that its connection can be used again. `expire` ends what takes long.
    private func drain(_ response: any WebResponse) {
        let number: Int? = state.withLock { state in
            guard !state.isClosed, state.drains.count < Self.maximumDrains else { return nil }
            state.drainCount += 1
            state.drains[state.drainCount] = (response, .now)
            return state.drainCount
        }
        guard let number else { return response.cancel() }
        Task { [weak self] in
            while let part = try? await response.next(), !part.isEmpty {}
            self?.state.withLock { _ = $0.drains.removeValue(forKey: number) }
        }
    }

    static func pause(_ duration: Duration) async throws(LinkFault) {
        do {
            try await Task.sleep(for: min(max(duration, .zero), .seconds(60)))
        } catch {
            throw LinkFault(.cancelled, "The call was cancelled")
        }
    }
}

extension IncomingMessage {
    /// Whether this is the answer to that request. An error without an id on a request's own stream is about it, too.
    func answers(_ id: Int) -> Bool {
        if case .failure(nil, _) = self { return true }
        return isAnswer && answeredID == id
    }
}
