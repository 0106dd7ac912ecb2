internal import ArgumentParser
internal import Foundation
internal import OpenAPIToMCP
internal import Wire

/// `portico openapi`: any API that describes itself by OpenAPI, as tools.
struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Turn OpenAPI documents into MCP tools.",
        subcommands: [OpenAPICheckCommand.self, OpenAPICompileCommand.self, OpenAPIServeCommand.self])
}

/// `portico openapi check`: what a document compiles to, and what could not be expressed.
struct OpenAPICheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Print what a compiler has to say about a document, and how much of it becomes tools.",
        discussion:
            "Exit status: 0 without errors, 1 with an error (with --strict also with a warning), 78 for a mistake in the options."
    )

    @OptionGroup
    var document: DocumentArguments

    @Flag(help: "Warnings count as errors.")
    var strict = false

    @Flag(help: "Print a report as JSON.")
    var json = false

    func run() async throws {
        let compilation = try await self.document.compiled()
        if self.json {
            print(JSON.object(compilation.report).serialized(pretty: true))
        } else {
            for diagnostic in compilation.diagnostics { print(diagnostic) }
            for line in CoverageReport(compilation).lines { print(line) }
        }
        let limit: Diagnostic.Severity = self.strict ? .warning : .error
        if compilation.diagnostics.contains(where: { $0.severity >= limit }) { throw ExitCode.failure }
    }
}

/// `portico openapi compile`: the tools of a document.
struct OpenAPICompileCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compile",
        abstract: "Print the tools of a document as JSON, as tools/list has them.",
        discussion: "Errors go to standard error. Exit status: 0 where there is a tool, 1 where there is none.")

    @OptionGroup
    var document: DocumentArguments

    @Flag(help: "Print it in one line.")
    var compact = false

    func run() async throws {
        let compilation = try await self.document.compiled()
        for diagnostic in compilation.diagnostics where diagnostic.severity == .error {
            FileHandle.standardError.write(Data("\(diagnostic)\n".utf8))
        }
        let tools = JSON.array(compilation.tools.map { .object($0.definition) })
        print(JSON.object(["tools": tools]).serialized(pretty: !self.compact))
        if compilation.tools.isEmpty { throw ExitCode.failure }
    }
}
