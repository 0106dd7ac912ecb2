import Wire

/// Parameters that are not for a model to fill: fields of the request itself, and those that the operator's credentials are.
struct ReservedParameters {
    /// The places in the operation's list of parameters.
    private(set) var indices: Set<Int> = []

    /// Fields that frame and route a request (RFC 9110 §7): a value of a model's could send it elsewhere, or make two of one.
    private static let fields: Set<String> = [
        "connection", "content-length", "cookie", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te",
        "trailer",
        "transfer-encoding", "upgrade",
    ]

    init(_ operation: APIOperation, _ api: APIDescription, in documents: DocumentSet, _ log: inout DiagnosticLog) {
        let schemes = Set(operation.security.joined().map(\.scheme)).compactMap { api.securitySchemes[$0] }
        for (index, parameter) in operation.parameters.enumerated() {
            if parameter.location == .header, Self.fields.contains(parameter.name.lowercased()) {
                indices.insert(index)
                log.add(
                    .warning, .reservedParameter, at: parameter.place, in: documents,
                    "the field \(parameter.name) belongs to the connection and is no argument")
            } else if schemes.contains(where: { Self.isCredential(parameter, $0) }) {
                indices.insert(index)
                log.add(
                    .note, .reservedParameter, at: parameter.place, in: documents,
                    "\(Prose.cut(parameter.name, to: 80)) is a credential of the operator's and no argument")
            }
        }
    }

    private static func isCredential(_ parameter: APIParameter, _ scheme: SecurityScheme) -> Bool {
        guard case .apiKey(let name, let location) = scheme, location == parameter.location else { return false }
        return location == .header ? name.lowercased() == parameter.name.lowercased() : name == parameter.name
    }
}
