public import Directory
public import Wire

/// Asks an MCP server for its tools. Implemented over the services that calls use.
public protocol ToolLister: Sendable {
    /// The tools of a server as it describes them, all pages of its list: objects with the protocol's members.
    ///
    /// Ends soon after its task is cancelled. Whoever asks bounds the time.
    func tools(of server: UsableServer, target: ServerTarget) async throws -> [JSON]
}

/// Why a server's tools can't be shown.
struct ToolListFailure: Error, CustomStringConvertible {
    let description: String

    static let none = ToolListFailure(description: "tools can't be listed here")
    static let busy = ToolListFailure(description: "too many servers are being asked for their tools: try again later")
    static let late = ToolListFailure(description: "the server did not list its tools in time")
}
