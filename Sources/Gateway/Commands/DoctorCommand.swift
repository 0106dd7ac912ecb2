internal import ArgumentParser
internal import FoundationEssentials
internal import Logging

/// `portico doctor`: checks the configuration and tells what may be set, and how clients reach the MCP servers.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check the configuration, list every variable with its meaning, and print what desktop clients need.",
        discussion: """
            For each MCP server that a key may use it prints what a desktop client reads to reach it: by `portico stdio`, and by \
            HTTP. The key is that of --key, PORTICO_KEY or PORTICO_KEY_FILE, or else the admin key. A running server tells which \
            servers it has where ADMIN_KEY is set; where none runs, the data is read.
            """)

    @Flag(help: "Only check; print nothing but mistakes and warnings.")
    var quiet = false

    @Option(help: "The address of the running server; else PORTICO_URL.")
    var url: String?

    @Option(help: "The key whose servers are printed; else PORTICO_KEY. Others can see the arguments of a process.")
    var key: String?

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let settings = try CommandFailure.catching { try Configuration.load(environment: environment) }
        for warning in settings.warnings { print("warning: \(warning)") }
        guard !self.quiet else { return }
        print(Configuration.documentation)
        var console = settings.console
        console.level = .warning
        LoggingSetup.bootstrap(console)
        do {
            let advice = try ClientAdvice(settings, url: self.url, key: self.key, environment: environment)
            for line in try await advice.lines(logger: Logger(label: "portico")) { print(line) }
        } catch {
            throw CommandFailure.exit(for: error)
        }
    }
}
