import Synchronization
import Wire

@testable import MCPServer

/// A service whose profile and behaviour a test writes down; it remembers what it was asked.
final class ScriptedService: MCPService {
    typealias Watching = @Sendable (ChangeFilter) async throws -> Watch
    typealias Behaviour = @Sendable (Operation, any CallContext) async throws -> Outcome

    private let scriptedProfile: ServiceProfile
    private let behaviour: Behaviour
    fileprivate let watching: Watching
    private let asked = Mutex<[Operation]>([])
    fileprivate let rootNews: @Sendable (any CallContext) async -> Void

    init(
        capabilities: ServerCapabilities = ServerCapabilities(.tools), instructions: String? = nil,
        cacheHint: CacheHint = .none, extensionMethods: Set<String> = [],
        behaviour: @escaping Behaviour = { _, _ in .complete(RawObject()) },
        watching: @escaping Watching = { _ in Watch(honoured: ChangeFilter(), changes: AsyncStream { $0.finish() }) },
        rootNews: @escaping @Sendable (any CallContext) async -> Void = { _ in }
    ) {
        self.rootNews = rootNews
        self.watching = watching
        scriptedProfile = ServiceProfile(
            identity: Implementation(name: "scripted", version: "1"), capabilities: capabilities,
            instructions: instructions, cacheHint: cacheHint, extensionMethods: extensionMethods)
        self.behaviour = behaviour
    }

    var operations: [Operation] { asked.withLock { $0 } }

    func profile(_ context: any CallContext) async throws -> ServiceProfile { scriptedProfile }

    func perform(_ operation: Operation, _ context: any CallContext) async throws -> Outcome {
        asked.withLock { $0.append(operation) }
        return try await behaviour(operation, context)
    }
}

extension ScriptedService {
    func watch(_ filter: ChangeFilter, _ context: any CallContext) async throws -> Watch { try await watching(filter) }

    func rootsChanged(_ context: any CallContext) async { await rootNews(context) }
}

/// A server with one tool, `echo`, which repeats its argument `text`, and one, `region`, whose argument a header repeats.
func echoServer() -> ToolSet {
    ToolSet(
        identity: Implementation(name: "echo", version: "1"), instructions: "Say something.",
        tools: [
            Tool(
                name: "echo", title: "Echo", description: "Repeats.",
                inputSchema: ["type": "object", "properties": ["text": ["type": "string"]], "required": ["text"]],
                annotations: Tool.Annotations(readOnly: true)
            ) { arguments, _ in .text(arguments["text"]?.stringValue ?? "") },
            Tool(
                name: "region", description: "Repeats a region.",
                inputSchema: [
                    "type": "object",
                    "properties": [
                        "region": ["type": "string", "x-mcp-header": "Region"],
                        "size": ["type": "integer", "x-mcp-header": "Size"],
                        "inner": ["type": "object", "properties": ["flag": ["type": "boolean", "x-mcp-header": "Flag"]]],
                    ],
                ]
            ) { arguments, _ in .structured(arguments) },
        ])
}
