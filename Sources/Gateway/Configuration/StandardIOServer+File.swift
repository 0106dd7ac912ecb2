internal import Wire

extension StandardIOServer {
    /// Reads the mapping `stdio: {id: {command, args, env, cwd}}`: the member names that clients of MCP use for the same thing.
    static func servers(
        _ value: JSON, at pointer: JSONPointer, in document: ConfigurationDocument
    ) throws(ConfigurationError) -> [StandardIOServer] {
        guard let members = value.objectValue, members.count <= 1000 else {
            throw ConfigurationError(
                place: document.place(pointer), value: Configuration.shown(value),
                expectation: "a mapping of server ids to servers")
        }
        var servers: [StandardIOServer] = []
        for (id, value) in members { servers.append(try server(id, value, at: pointer.appending(id), in: document)) }
        return servers
    }

    private static func server(
        _ id: String, _ value: JSON, at pointer: JSONPointer, in document: ConfigurationDocument
    ) throws(ConfigurationError) -> StandardIOServer {
        func mistake(_ pointer: JSONPointer, _ value: JSON?, _ form: String) -> ConfigurationError {
            ConfigurationError(place: document.place(pointer), value: value.map(Configuration.shown), expectation: form)
        }
        guard isServerIdentifier(id) else {
            throw mistake(pointer, .string(id), "an id of 1 to 64 letters, digits, - or _")
        }
        guard let members = value.objectValue else { throw mistake(pointer, value, "a mapping with command, args, env, cwd") }
        guard let command = members["command"]?.stringValue, !command.isEmpty else {
            throw mistake(pointer, nil, "\"command\" must name the program to run")
        }
        var server = StandardIOServer(id: id, command: command)
        for (name, value) in members where name != "command" && !value.isNull {
            let place = pointer.appending(name)
            switch name {
            case "args":
                guard let texts = value.arrayValue?.map(Configuration.scalarText), !texts.contains(nil) else {
                    throw mistake(place, value, "a list of texts")
                }
                server.arguments = texts.compactMap { $0 }
            case "env":
                guard let variables = value.objectValue else { throw mistake(place, value, "a mapping of variables to texts") }
                for (variable, value) in variables {
                    guard let text = Configuration.scalarText(value) else {
                        throw mistake(place.appending(variable), value, "a text")
                    }
                    server.environment[variable] = text
                }
            case "cwd":
                guard let text = value.stringValue, !text.isEmpty else { throw mistake(place, value, "the path of a folder") }
                server.workingDirectory = text
            default:
                throw mistake(
                    place, nil, "there is no such key" + suggestion(for: name, among: ["command", "args", "env", "cwd"]))
            }
        }
        return server
    }
}

/// Whether the text can name an MCP server: 1 to 64 letters, digits, `-` or `_`.
func isServerIdentifier(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { $0.isHostCharacter && $0 != UInt8(ascii: ".") }
}
