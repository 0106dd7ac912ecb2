import MCPServer
import Outbound
import Synchronization
import Wire

/// Gets access tokens for a client's own credentials (RFC 6749 §4.4) and keeps them for as long as they are good. One fetch at a time
/// for each client and set of scopes, however many calls need it.
final class AccessTokens: Sendable {
    private struct State {
        var tokens = AccessTokenState()
        var waiting: [AccessTokenState.Key: [CheckedContinuation<Void, Never>]] = [:]
    }

    private let client: any WebClient
    private let state = Mutex(State())

    /// - Parameter client: reaches the servers of tokens.
    init(client: any WebClient) { self.client = client }

    /// A token that is good now.
    /// - Throws: `CallFault` that says why there is none, without a secret.
    func token(for key: AccessTokenState.Key, secret: String) async throws(CallFault) -> String {
        // Who waited looks again; after a failure the next in line tries itself, so that each sees a failure of its own.
        while true {
            switch state.withLock({ $0.tokens.need(key, now: .now) }) {
            case .use(let token): return token
            case .fetch: return try await fetch(key, secret: secret)
            case .wait: await wait(for: key)
            }
            if Task.isCancelled { throw CallFault(nil, "the call was cancelled while it waited for an access token") }
        }
    }

    /// The API refused this token.
    func refused(_ token: String, for key: AccessTokenState.Key) { state.withLock { $0.tokens.refused(key, token) } }

    private func wait(for key: AccessTokenState.Key) async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                // It may have come, or failed, in between.
                guard state.tokens.isBeingFetched(key) else { return true }
                state.waiting[key, default: []].append(continuation)
                return false
            }
            if isOver { continuation.resume() }
        }
    }

    private func fetch(_ key: AccessTokenState.Key, secret: String) async throws(CallFault) -> String {
        let answer: Result<TokenAnswer, CallFault>
        do throws(CallFault) {
            answer = .success(try await TokenRequest(key: key, secret: secret).send(by: client))
        } catch {
            answer = .failure(error)
        }
        let waiting = state.withLock { state in
            switch answer {
            case .success(let answer): state.tokens.fetched(key, answer.token, lives: answer.life, now: .now)
            case .failure: state.tokens.failed(key)
            }
            return state.waiting.removeValue(forKey: key) ?? []
        }
        for continuation in waiting { continuation.resume() }
        return try answer.get().token
    }
}
