internal import ArgumentParser
internal import Foundation
internal import Glibc
internal import MCPServer
internal import OpenAPIToMCP
internal import Outbound
internal import UnixSignals

/// `portico openapi serve`: an API as an MCP server on standard input and output, for desktop clients.
struct OpenAPIServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve a document's operations as MCP tools on standard input and output.",
        discussion: """
            Credentials come from the file of --config, by the document's security schemes, or as one value for all of them from \
            PORTICO_API_AUTHORIZATION; --client-certificate and --client-key are for mutual TLS. Only messages of the protocol go to standard output.
            """)

    @OptionGroup
    var document: DocumentArguments

    func run() async throws {
        // A client that ends while it is written to must not end this process.
        signal(SIGPIPE, SIG_IGN)
        do {
            let target = try self.document.target(environment: ProcessInfo.processInfo.environment)
            let streams = try StandardStreams.take()
            try await CommandLoops.with { client in
                let configuration = try DocumentFactory.configuration(
                    for: target, source: self.document.source(client), client: client)
                let service = OpenAPIService(configuration, cache: CompilationCache())
                let server = MCPServer.StandardIOServer(
                    service: service, endpoint: "openapi", principal: Principal(id: "local"), channel: streams,
                    seal: StandardIOCommand.seal())
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await server.run() }
                    group.addTask { for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break } }
                    await group.next()
                    group.cancelAll()
                }
            }
        } catch {
            throw CommandFailure.exit(for: error)
        }
    }
}
