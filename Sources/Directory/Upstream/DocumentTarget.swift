internal import Wire

/// An OpenAPI document that becomes tools, with the values that a group gave: everything that making the service needs.
public struct DocumentTarget: Sendable, Hashable {
    public let configuration: DocumentConfiguration
    /// By security scheme: the operator's, and in their place the group's.
    public let credentials: [String: DocumentConfiguration.Credential]
    /// Who gave the URLs of document and API: a tenant's only the guarded client may follow.
    public let urlSource: UpstreamTarget.URLSource
    /// Whether a group's own values are in it: what was made from it is then never shared with another group.
    public let dependsOnGroup: Bool

    /// What a command makes of its arguments.
    public init(_ configuration: DocumentConfiguration) {
        self.configuration = configuration
        credentials = configuration.credentials
        urlSource = .operator
        dependsOnGroup = false
    }

    /// A public server with what a group saved for it.
    /// - Throws: `ServerTargetError`.
    public init(_ server: PublicServer, parameters: ServerParameters?) throws(ServerTargetError) {
        let configuration = try Self.configuration(server.openAPIConfig, takesReusing: true)
        let missing = configuration.reusing.filter { $0.isRequired && parameters?.has($0.key) != true }
        guard missing.isEmpty else { throw .missingParameters(missing.map(\.key)) }
        var credentials = configuration.credentials
        var dependsOnGroup = false
        for parameter in configuration.reusing {
            guard let value = parameters?.values[parameter.key], !value.isEmpty else { continue }
            if let form = parameter.fault(of: value) { throw .invalid(ServerFault("params.\(parameter.key)", expected: form)) }
            credentials[parameter.key] = ClientCertificate(bundle: value).map { .certificate($0) } ?? .token(value)
            dependsOnGroup = true
        }
        self.configuration = configuration
        self.credentials = credentials
        self.dependsOnGroup = dependsOnGroup
        urlSource = .operator
    }

    /// A group's own server.
    /// - Throws: `ServerTargetError`.
    public init(_ server: GroupServer) throws(ServerTargetError) {
        configuration = try Self.configuration(server.openAPIConfig, takesReusing: false)
        credentials = configuration.credentials
        urlSource = .tenant
        dependsOnGroup = true
    }

    private static func configuration(
        _ object: JSONObject, takesReusing: Bool
    ) throws(ServerTargetError) -> DocumentConfiguration {
        do throws(ServerFault) {
            return try DocumentConfiguration(object, takesReusing: takesReusing)
        } catch {
            throw .invalid(error)
        }
    }
}
