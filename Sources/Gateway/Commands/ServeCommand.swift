internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import Logging
internal import Storage

/// `portico serve`: the server.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve models and tools. Configured by the environment and a YAML file; see `portico doctor`.")

    func run() async throws {
        // A client that leaves while it is written to must not end the process.
        signal(SIGPIPE, SIG_IGN)
        let settings = try CommandFailure.catching { try Configuration.load(environment: ProcessInfo.processInfo.environment) }
        LoggingSetup.bootstrap(settings.console)
        let logger = Logger(label: "portico")
        for warning in settings.warnings { logger.warning("\(warning)") }
        let registry = MetricsRegistry()
        registry.bootstrap()
        do {
            let server = try await Server.prepare(AdminKey.settle(settings, logger: logger), registry: registry, logger: logger)
            try await server.run { port in
                logger.notice("listening", metadata: ["address": "\(settings.listen.host)", "port": "\(port)"])
            }
        } catch {
            throw CommandFailure.exit(for: error)
        }
    }
}

/// How a command ends on a failure: one line, and a status by which scripts tell what kind it is (sysexits.h).
enum CommandFailure {
    static func catching<Value>(_ body: () throws -> Value) throws -> Value {
        do { return try body() } catch { throw Self.exit(for: error) }
    }

    static func exit(for error: any Error) -> ExitCode {
        FileHandle.standardError.write(Data("portico: \(error)\n".utf8))
        switch error {
        case is ConfigurationError: return ExitCode(ConfigurationError.exitCode)
        case is StorageError: return ExitCode(EX_UNAVAILABLE)
        case let error as ToolAccessError: return ExitCode(error.exitCode)
        default: return .failure
        }
    }
}
