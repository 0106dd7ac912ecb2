import MCPServer

/// What a client may assume of a tool by its method (RFC 9110 §9.2).
enum MethodAnnotations {
    /// A POST may do anything: of it nothing is said, so that the specification's cautious defaults stand.
    static func annotations(of method: String) -> Tool.Annotations {
        switch method {
        case "GET", "HEAD", "OPTIONS", "TRACE", "QUERY": Tool.Annotations(readOnly: true, idempotent: true, openWorld: true)
        case "PUT", "DELETE": Tool.Annotations(readOnly: false, destructive: true, idempotent: true, openWorld: true)
        case "PATCH": Tool.Annotations(readOnly: false, destructive: true, idempotent: false, openWorld: true)
        default: Tool.Annotations(readOnly: false, idempotent: false, openWorld: true)
        }
    }
}
