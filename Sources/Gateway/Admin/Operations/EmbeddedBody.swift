internal import Directory
internal import Embedded
internal import HTTPTypes
internal import Wire

/// The configuration of servers that are built in, checked against their templates.
enum EmbeddedBody {
    /// Checks what the operator gave for a server that the catalogue has; `member` is what it is called in a message.
    ///
    /// Where the server is not to be used yet, nothing has to be there.
    static func check(_ server: PublicServer, at member: String) throws(AdminFailure) {
        do {
            try EmbeddedCatalogue().checkInitial(id: server.id, server.initialValues)
        } catch {
            switch error.code {
            case .unknownServer: return
            case .missing where server.status != .enabled: return
            default: throw failure(error, at: member)
            }
        }
    }

    /// The `embed_config` of a server with those values of the operator's: with them, and the definitions of what groups give.
    static func configuration(of server: EmbeddedServer, initial: [String: String]) -> JSONObject {
        let values = initial.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
        var configuration: JSONObject = ["init": .object(JSONObject(values.map { ($0.key, .string($0.value)) }))]
        let asked = reusingTemplates(of: server).filter { initial[$0.name, default: ""].isEmpty }
        if !asked.isEmpty {
            configuration["reusing"] = .object(
                JSONObject(
                    asked.map { template in
                        (
                            template.name,
                            [
                                "name": .string(template.name), "description": .string(template.description),
                                "required": .bool(template.kind.isRequired),
                            ]
                        )
                    }))
        }
        return configuration
    }

    /// The server with the definitions of what groups give, where the catalogue has it.
    static func completed(_ server: PublicServer) -> PublicServer {
        guard let embedded = EmbeddedServer(rawValue: server.id) else { return server }
        var server = server
        server.embedConfig = configuration(of: embedded, initial: server.initialValues)
        return server
    }

    /// Checks what a group gives.
    static func check(reusing values: [String: String], of server: PublicServer) throws(AdminFailure) {
        do {
            try EmbeddedCatalogue().checkReusing(id: server.id, values)
        } catch  where error.code != .unknownServer {
            throw failure(error, at: "params")
        } catch {
            // Nothing is known of it, so it answers no calls either.
        }
    }

    /// The templates whose values the operator may give.
    static func initialTemplates(of server: EmbeddedServer) -> [ConfigTemplate] {
        server.entry.templates.filter(\.kind.isTakenAtInit)
    }

    /// The templates whose values groups may give.
    static func reusingTemplates(of server: EmbeddedServer) -> [ConfigTemplate] {
        server.entry.templates.filter(\.kind.isTakenForReuse)
    }

    private static func failure(_ error: EmbeddedConfigError, at member: String) -> AdminFailure {
        let place = error.key.map { "\(member).\($0.prefix(64))" } ?? member
        return AdminFailure(.badRequest, "\(place): \(error.description)")
    }
}
