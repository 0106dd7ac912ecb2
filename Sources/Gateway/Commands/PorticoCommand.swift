internal import ArgumentParser

/// The command line.
public enum CommandLineEntry {
    /// Runs what the process's arguments ask for, and ends the process where that fails.
    public static func run() async { await PorticoCommand.main() }

    /// The command that arguments ask for, before it runs.
    /// - Throws: what is wrong with them.
    static func command(_ arguments: [String]) throws -> Any { try PorticoCommand.parseAsRoot(arguments) }
}

/// `portico`: serves, or looks after what is served.
struct PorticoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico",
        abstract: "A gateway that gives an agent models and tools from one endpoint.",
        subcommands: [ServeCommand.self, StandardIOCommand.self, OpenAPICommand.self, DoctorCommand.self],
        defaultSubcommand: ServeCommand.self)
}
