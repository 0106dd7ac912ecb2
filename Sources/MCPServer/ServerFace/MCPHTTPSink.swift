/// Where the answer to one HTTP request goes: either one `whole`, or `begin`, any number of `write`, `end`.
///
/// Safe from any thread, in the order of the calls; never waits. A client that reads too slowly for what is written to it is cut off
/// by the implementation. That the client has gone is told by cancelling the task of `MCPEndpoint.handle`.
public protocol MCPHTTPSink: Sendable {
    /// The whole answer at once.
    func whole(_ response: MCPHTTPResponse)
    /// The head of an answer whose body follows: an event stream, flushed at once.
    func begin(status: Int, headers: [(name: String, value: String)])
    /// A part of the body, flushed at once.
    func write(_ bytes: [UInt8])
    /// The body is complete.
    func end()
}
