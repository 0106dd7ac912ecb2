public import MCPServer

/// Makes embedded servers from configured values.
public struct EmbeddedCatalogue: Sendable {
    private let surroundings: EmbeddedSurroundings

    /// A catalogue whose servers live in those surroundings.
    public init(surroundings: EmbeddedSurroundings = EmbeddedSurroundings()) { self.surroundings = surroundings }

    /// The embedded server of that id.
    /// - Throws: `EmbeddedConfigError` of code `unknownServer`.
    public func server(id: String) throws(EmbeddedConfigError) -> EmbeddedServer {
        guard let server = EmbeddedServer(rawValue: id) else {
            throw .unknownServer(id, known: EmbeddedServer.allCases.map(\.rawValue))
        }
        return server
    }

    /// The server of that id, made from what the operator gave and what the group gave.
    ///
    /// A value of the operator's counts before the group's. An empty value counts as none.
    /// - Throws: `EmbeddedConfigError` that names the server and the key.
    public func makeService(
        id: String, initial: [String: String] = [:], reusing: [String: String] = [:]
    ) throws(EmbeddedConfigError) -> any MCPService {
        let entry = try server(id: id).entry
        let initial = try check(initial, .initial, of: id, entry.templates) { $0.isTakenAtInit }
        let reusing = try check(reusing, .reusing, of: id, entry.templates) { $0.isTakenForReuse }
        let values = reusing.merging(initial) { _, operatorValue in operatorValue }
        for template in entry.templates where template.kind.isRequired && values[template.name] == nil {
            throw .missing(template, of: id)
        }
        return try entry.make(ConfigValues(values), surroundings)
    }

    /// Whether what the operator gave is enough to make the server without any group's values.
    public func needsReusingValues(id: String, initial: [String: String]) throws(EmbeddedConfigError) -> Bool {
        try server(id: id).entry.templates.contains { template in
            switch template.kind {
            case .reusingOnly: true
            case .initOrReusingOnly: initial[template.name, default: ""].isEmpty
            case .initOptional, .reusingOptional, .initOnly: false
            }
        }
    }

    /// Checks what the operator gives on enabling a server, before any group has given anything.
    /// - Throws: `EmbeddedConfigError` that names the key.
    public func checkInitial(id: String, _ initial: [String: String]) throws(EmbeddedConfigError) {
        let templates = try server(id: id).entry.templates
        let values = try check(initial, .initial, of: id, templates) { $0.isTakenAtInit }
        for template in templates where template.kind == .initOnly && values[template.name] == nil {
            throw .missing(template, of: id)
        }
    }

    func check(
        _ values: [String: String], _ place: EmbeddedConfigError.Place, of id: String, _ templates: [ConfigTemplate],
        where isTaken: (ConfigTemplate.Kind) -> Bool
    ) throws(EmbeddedConfigError) -> [String: String] {
        let taken = templates.filter { isTaken($0.kind) }
        // In the order of the keys, so that the same mistake gives the same message.
        for (key, value) in values.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            guard let template = taken.first(where: { $0.name == key }) else {
                throw .unknownKey(key, of: id, in: place, known: taken.map(\.name))
            }
            if let expected = template.fault(value) { throw .invalid(key, of: id, expected: expected) }
        }
        return values.filter { !$0.value.isEmpty }
    }
}
