/// Finds the addresses of a host by its name.
public protocol HostResolver: Sendable {
    /// The addresses of `host`, best first; never empty, and no more than the first few of very many.
    /// - Parameters:
    ///   - host: a name in lower case, without a dot at its end, and not the spelling of an address.
    ///   - limit: how long that may take; the implementation sees to it.
    /// - Throws: `OutboundError`: `.connect` where there is no such host, `.timedOut`, `.overloaded`, `.cancelled` with the task.
    func addresses(of host: String, within limit: Duration) async throws(OutboundError) -> [IPAddress]
}
