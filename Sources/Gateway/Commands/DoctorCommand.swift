internal import ArgumentParser
internal import FoundationEssentials

/// `portico doctor`: checks the configuration and tells what may be set.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check the configuration, and list every variable with its meaning.")

    @Flag(help: "Only check; print nothing but mistakes and warnings.")
    var quiet = false

    func run() async throws {
        let settings = try CommandFailure.catching { try Configuration.load(environment: ProcessInfo.processInfo.environment) }
        for warning in settings.warnings { print("warning: \(warning)") }
        if !self.quiet { print(Configuration.documentation) }
    }
}
