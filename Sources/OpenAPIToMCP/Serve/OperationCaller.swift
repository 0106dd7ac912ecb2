import MCPServer
import Outbound
import Wire

/// Calls one operation of an API: builds the request, adds the credentials, sends it, again where that is right, and reads the answer.
struct OperationCaller: Sendable {
    let plan: ToolPlan
    let schemas: SchemaTable
    /// The base URL, absolute and without a slash at its end; nil where the document has none that can be used.
    let server: String?
    let client: any WebClient
    let credentials: CallCredentials
    let policy: CallPolicy
    let reader: AnswerReader

    /// The result of a call. What goes wrong on the way is a result too, for the model to read.
    func call(_ arguments: JSONObject, _ context: any CallContext) async -> ToolResult {
        do throws(CallFault) {
            guard let server else {
                throw CallFault(nil, "the document names no server with an absolute URL; who runs this server has to set one")
            }
            var request = try RequestBuilder.request(plan, arguments: arguments, server: server, schemas: schemas)
            request.headTimeout = policy.answerTimeout
            request.idleTimeout = policy.answerTimeout
            request.maximumRedirects = policy.redirects
            request.staysInOrigin = true
            return try await attempts(request, server: server, context)
        } catch {
            return .failure(credentials.given.redacting(error.description))
        }
    }

    private func attempts(
        _ prepared: WebRequest, server: String, _ context: any CallContext
    ) async throws(CallFault) -> ToolResult {
        var state = RetryState(policy, isIdempotent: prepared.isIdempotent)
        while true {
            var request = prepared
            let used = try await credentials.apply(plan.request.security, server: server, to: &request)
            let (result, attempt) = await attempt(request, used)
            context.clock.touch()
            switch state.ended(attempt, remaining: context.clock.remaining, jitter: .random(in: 0...1)) {
            case .finish: return result
            case .retry(let wait):
                do { try await Task.sleep(for: wait) } catch { return result }
            }
        }
    }

    private func attempt(
        _ request: WebRequest, _ used: CallCredentials.Used
    ) async -> (result: ToolResult, attempt: RetryState.Attempt) {
        do throws(OutboundError) {
            let response = try await client.send(request)
            let (body, isCut) = try await Self.body(of: response, upTo: policy.answerBytes)
            let result = redacted(
                reader.result(status: response.status, headers: response.headers, body: body, isCut: isCut), used)
            if response.status == 401, credentials.refused(used) { return (result, .tokenRefused) }
            return (result, .answered(status: response.status, retryAfter: RetryAfter.wait(in: response)))
        } catch {
            let message = "\(plan.operation) could not be called: \(error.message)"
            let isLocal = ![.connect, .closed, .timedOut, .overloaded].contains(error.code)
            return (.failure(credentials.given.redacting(message)), .failed(isLocal: isLocal))
        }
    }

    /// A failure without the credentials that an API cites in it. What succeeded is the API's own business.
    private func redacted(_ result: ToolResult, _ used: CallCredentials.Used) -> ToolResult {
        guard result.isError else { return result }
        let content = result.content.map { block -> JSON in
            guard let text = block["text"]?.stringValue else { return block }
            var block = block
            block["text"] = .string(used.redacting(credentials.given.redacting(text)))
            return block
        }
        return ToolResult(content: content, isError: true, meta: result.meta, extra: result.extra)
    }

    /// The body up to a limit, and whether there was more.
    private static func body(
        of response: any WebResponse, upTo limit: Int
    ) async throws(OutboundError) -> (bytes: [UInt8], isCut: Bool) {
        var body: [UInt8] = []
        while let part = try await response.next() {
            guard body.count + part.count <= limit else {
                body += part.prefix(limit - body.count)
                response.cancel()
                return (body, true)
            }
            body += part
        }
        return (body, false)
    }
}
