/// Two-way traffic of whole lines: the standard input and output of a child process, or of this one.
public protocol LineChannel: Sendable {
    /// Sends a line; the line feed is added. Waits while the other side does not read.
    /// - Throws: `OutboundError.closed` once the other side is gone; what was sent before may not have been read.
    func send(_ line: [UInt8]) async throws(OutboundError)
    /// The next line without its line feed (and carriage return), or nil at the end. For one reader.
    /// - Throws: `OutboundError.tooLarge` for a line past the channel's bound; reading goes on behind it.
    func next() async throws(OutboundError) -> [UInt8]?
    /// Ends both directions; a child is ended with it. Returns once it is gone.
    func close() async
}
