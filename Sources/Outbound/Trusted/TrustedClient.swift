public import AsyncHTTPClient
public import NIOCore
internal import NIOHTTP1

/// The HTTP client for what the operator configured and that is not hot: channel tests, web hooks, balances.
///
/// It follows no redirect and bounds every answer. What a tenant names never goes through it.
public struct TrustedClient: Sendable {
    private let client: HTTPClient

    public init(eventLoopGroup: any EventLoopGroup) {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(60))
        configuration.connectionPool.idleTimeout = .seconds(30)
        self.client = HTTPClient(eventLoopGroupProvider: .shared(eventLoopGroup), configuration: configuration)
    }

    /// Sends `request` and collects its answer.
    /// - Parameter maximumBytes: the most that the answer's body may hold.
    /// - Throws: `OutboundError`.
    public func send(
        _ request: HTTPClientRequest, timeout: TimeAmount, maximumBytes: Int
    ) async throws(OutboundError) -> (status: UInt, headers: [(name: String, value: String)], body: ByteBuffer) {
        do {
            let response = try await self.client.execute(request, timeout: timeout)
            let body = try await response.body.collect(upTo: maximumBytes)
            return (response.status.code, response.headers.map { ($0.name, $0.value) }, body)
        } catch let error as HTTPClientError where error == .connectTimeout || error == .readTimeout || error == .deadlineExceeded
        {
            throw OutboundError(.timedOut, "timed out")
        } catch is NIOTooManyBytesError {
            throw OutboundError(.tooLarge, "the answer has more than \(maximumBytes) bytes")
        } catch is CancellationError {
            throw OutboundError(.cancelled, "cancelled")
        } catch {
            throw OutboundError(.connect, "the request failed")
        }
    }

    /// Closes its connections; to be called once, at the end.
    public func shutDown() async {
        // Fails only where it was shut down before, and then there is nothing left to close.
        try? await self.client.shutdown()
    }
}
