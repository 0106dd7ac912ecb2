internal import Wire

/// What answers the calls of an MCP server: everything that making the service needs, as plain values.
public enum ServerTarget: Sendable, Hashable {
    /// A server elsewhere.
    case upstream(UpstreamTarget)
    /// A server that is built in.
    case embedded(EmbeddedTarget)
    /// An OpenAPI document.
    case document(DocumentTarget)
    /// A child process of the configuration file, by its id there.
    case process(id: String)

    /// What answers for a public server, with what a group saved for it.
    /// - Throws: `ServerTargetError`.
    public init(_ server: PublicServer, parameters: ServerParameters?) throws(ServerTargetError) {
        switch server.kind {
        case .proxySSE, .proxyStreamable: self = .upstream(try UpstreamTarget(server, parameters: parameters))
        case .embedded: self = .embedded(try EmbeddedTarget(server, parameters: parameters))
        case .openAPI: self = .document(try DocumentTarget(server, parameters: parameters))
        case .standardIO: self = .process(id: server.id)
        default: throw .notCallable(kind: server.kind.name)
        }
    }

    /// What answers for a group's server.
    /// - Throws: `ServerTargetError`.
    public init(_ server: GroupServer) throws(ServerTargetError) {
        switch server.kind {
        case .proxySSE, .proxyStreamable: self = .upstream(try UpstreamTarget(server))
        case .openAPI: self = .document(try DocumentTarget(server))
        default: throw .notCallable(kind: server.kind.name)
        }
    }
}

/// A server that is built in, with the values that it is made from.
public struct EmbeddedTarget: Sendable, Hashable {
    /// The id in the catalogue of embedded servers, which is the public server's.
    public let id: String
    /// The operator's values.
    public let initial: [String: String]
    /// The group's values, those that aren't empty and that the server takes.
    public let reusing: [String: String]

    /// The server with what a group saved for it.
    /// - Throws: `ServerTargetError.missingParameters`.
    public init(_ server: PublicServer, parameters: ServerParameters?) throws(ServerTargetError) {
        let definitions = server.reusingParameters
        let missing = definitions.filter { $0.isRequired && parameters?.has($0.key) != true }
        guard missing.isEmpty else { throw .missingParameters(missing.map(\.key)) }
        id = server.id
        initial = server.initialValues
        let keys = Set(definitions.map(\.key))
        reusing = parameters?.values.filter { keys.contains($0.key) && !$0.value.isEmpty } ?? [:]
    }

    /// Whether a group's own values are in it: what was made from it is then never shared with another group.
    public var dependsOnGroup: Bool { !reusing.isEmpty }
}

extension PublicServer {
    /// What the operator gave for an embedded server: `embed_config.init`.
    public var initialValues: [String: String] {
        var values: [String: String] = [:]
        for (name, value) in embedConfig["init"]?.objectValue ?? JSONObject() { values[name] = value.stringValue }
        return values
    }

    /// The values of `test_config`, by which an operator lets the tools be listed for groups that saved none; nil where it is not
    /// switched on.
    public var testParameters: ServerParameters? {
        guard testConfig["enabled"]?.boolValue == true else { return nil }
        var values: [String: String] = [:]
        for (name, value) in testConfig["params"]?.objectValue ?? JSONObject() { values[name] = value.stringValue }
        return ServerParameters(serverID: id, groupID: "", values: values, createdAt: updatedAt)
    }
}

/// Why nothing can answer for a server.
public enum ServerTargetError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The group has not saved these required parameters.
    case missingParameters([String])
    /// What is configured or saved can't be used.
    case invalid(ServerFault)
    /// A server of this kind answers no calls.
    case notCallable(kind: String)

    /// For a person; never holds a value.
    public var description: String {
        switch self {
        case .missingParameters(let keys):
            "the group has not saved what this server needs: \(keys.map { String($0.prefix(64)) }.joined(separator: ", "))"
        case .invalid(let fault): "\(fault)"
        case .notCallable(let kind): "servers of the kind \(kind) answer no calls"
        }
    }
}
