internal import ArgumentParser

/// The command line.
public enum CommandLineEntry {
    /// Runs what the process's arguments ask for, and ends the process where that fails.
    public static func run() async { await PorticoCommand.main() }
}

/// `portico`: serves, or looks after what is served.
struct PorticoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portico",
        abstract: "A gateway that gives an agent models and tools from one endpoint.",
        subcommands: [ServeCommand.self, DoctorCommand.self],
        defaultSubcommand: ServeCommand.self)
}
