import Outbound

/// A web client that reaches nothing.
struct NoWeb: WebClient {
    func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse {
        throw OutboundError(.connect, "there is no network in this test")
    }
}
