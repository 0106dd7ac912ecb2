import Outbound
import Wire

/// An access token and how long it lives.
struct TokenAnswer: Sendable, Equatable {
    var token: String
    /// nil where the server doesn't say.
    var life: Duration?
}

/// One request for an access token by the client credentials grant (RFC 6749 §4.4.2).
struct TokenRequest: Sendable {
    let key: AccessTokenState.Key
    let secret: String

    private static let greatestAnswer = 64 << 10

    /// - Throws: `CallFault`, which holds no secret.
    func send(by client: any WebClient) async throws(CallFault) -> TokenAnswer {
        // Most servers take the client's name in the header, which all have to (§2.3.1); some only in the body.
        let answer = try await send(inHeader: true, by: client)
        if answer.status == 401 || answer.status == 400, Self.error(in: answer.body) == "invalid_client" {
            return try Self.token(in: try await send(inHeader: false, by: client), from: key)
        }
        return try Self.token(in: answer, from: key)
    }

    private func send(inHeader: Bool, by client: any WebClient) async throws(CallFault) -> (status: Int, body: [UInt8]) {
        var form = "grant_type=client_credentials"
        if !key.scopes.isEmpty { form += "&scope=" + PercentEncoding.encoded(key.scopes.joined(separator: " ")) }
        var headers = [
            (name: "Content-Type", value: "application/x-www-form-urlencoded"), (name: "Accept", value: "application/json"),
        ]
        let name = PercentEncoding.encoded(key.client)
        let password = PercentEncoding.encoded(secret)
        if inHeader {
            headers.append(("Authorization", "Basic " + BasicCredential.encoded(user: name, password: password)))
        } else {
            form += "&client_id=\(name)&client_secret=\(password)"
        }
        var request = WebRequest("POST", key.tokenURL, headers: headers, body: Array(form.utf8))
        request.headTimeout = .seconds(20)
        request.idleTimeout = .seconds(20)
        do throws(OutboundError) {
            let response = try await client.send(request)
            return (response.status, try await response.collect(upTo: Self.greatestAnswer))
        } catch {
            throw CallFault(nil, "no access token could be fetched: \(error.message)")
        }
    }

    private static func error(in body: [UInt8]) -> String? { (try? JSON.parse(body))?["error"]?.stringValue }

    private static func token(
        in answer: (status: Int, body: [UInt8]), from key: AccessTokenState.Key
    ) throws(CallFault) -> TokenAnswer {
        guard answer.status == 200, let body = try? JSON.parse(answer.body), let token = body["access_token"]?.stringValue,
            !token.isEmpty
        else {
            // Codes are from a short list (§5.2); a description may say more than is good to show.
            let code = error(in: answer.body).map { $0.prefix(64).filter { $0.isASCII && ($0.isLetter || $0 == "_") } }
            throw CallFault(
                nil,
                "no access token could be fetched: the token's server answered \(answer.status)\(code.map { " (\($0))" } ?? "")")
        }
        return TokenAnswer(token: token, life: body["expires_in"]?.doubleValue.map { .seconds(max(0, min($0, 1e9))) })
    }
}
