import Foundation
import Testing
import Wire

@testable import MCPServer

/// The specification's schemas, read in place where they lie beside the package.
enum Specification {
    private static let folder =
        ProcessInfo.processInfo.environment["PORTICO_SHARED"].map { URL(filePath: $0).appending(path: "mcp") }
        ?? URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/mcp")

    static let isPresent = FileManager.default.fileExists(atPath: folder.appending(path: "schema/2026-07-28.json").path)

    static func definitions(_ revision: Revision) throws -> JSONObject {
        let data = try Data(contentsOf: folder.appending(path: "schema/\(revision.rawValue).json"))
        let schema = try JSON.parse(Array(data))
        return try #require((schema["$defs"] ?? schema["definitions"])?.objectValue)
    }

    /// The examples of a definition of the newest revision.
    static func examples(_ definition: String) throws -> [JSON] {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appending(path: "examples/\(definition)"), includingPropertiesForKeys: nil)
        return try files.map { try JSON.parse(Array(Data(contentsOf: $0))) }
    }
}

/// Finds what a value lacks of a definition: members that are required, and kinds that are not theirs, also inside.
struct ShapeCheck {
    let definitions: JSONObject

    func faults(_ value: JSON, _ definition: String) -> [String] { faults(value, definitions[definition] ?? false, definition) }

    private func faults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        if schema.boolValue == false { return ["\(place): nothing fits"] }
        if let reference = schema["$ref"]?.stringValue, let name = reference.split(separator: "/").last {
            return faults(value, definitions[String(name)] ?? false, place)
        }
        if let choices = (schema["anyOf"] ?? schema["oneOf"])?.arrayValue {
            let tried = choices.map { faults(value, $0, place) }
            return tried.contains { $0.isEmpty } ? [] : tried.min { $0.count < $1.count } ?? []
        }
        var found = (schema["allOf"]?.arrayValue ?? []).flatMap { faults(value, $0, place) }
        if let constant = schema["const"], constant != value { found.append("\(place): not \(constant)") }
        if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) { found.append("\(place): not allowed") }
        let types = schema["type"]?.stringValue.map { [$0] } ?? schema["type"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let kind = value.kind.rawValue
        if !types.isEmpty, !types.contains(kind), !(kind == "number" && types.contains("integer") && value.int64Value != nil) {
            found.append("\(place): \(kind), not \(types)")
        }
        for name in schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? [] where value[name] == nil {
            found.append("\(place): no \(name)")
        }
        for (name, property) in schema["properties"]?.objectValue ?? JSONObject() {
            if let member = value[name] { found += faults(member, property, "\(place).\(name)") }
        }
        if let items = schema["items"] {
            for (index, element) in (value.arrayValue ?? []).enumerated() {
                found += faults(element, items, "\(place)[\(index)]")
            }
        }
        return found
    }
}

@Suite(
    "messages by the schema of their revision",
    .enabled(if: Specification.isPresent, "the specification's schemas are not beside the package"))
struct SchemaTests {
    private let exchange = Exchange(echoServer())

    @Test("the check itself accepts the specification's examples, and notices what is missing from them")
    func theCheck() throws {
        let check = ShapeCheck(definitions: try Specification.definitions(.july2026))
        for definition in [
            "ListToolsResultResponse", "CallToolResult", "DiscoverResultResponse", "InputRequiredResult", "CallToolRequest",
        ] {
            for example in try Specification.examples(definition) {
                #expect(check.faults(example, definition) == [])
            }
        }
        #expect(!check.faults(["jsonrpc": "2.0", "id": 1, "result": ["tools": []]], "ListToolsResultResponse").isEmpty)
        #expect(!check.faults(["content": [["type": "text"]], "resultType": "complete"], "CallToolResult").isEmpty)
    }

    @Test(
        "the specification's own requests are read, header for header",
        arguments: ["CallToolRequest", "ListToolsRequest", "DiscoverRequest"])
    func examples(definition: String) async throws {
        for example in try Specification.examples(definition) {
            let method = try #require(example["method"]?.stringValue)
            var headers = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method]
            if let name = example["params"]?["name"]?.stringValue { headers["Mcp-Name"] = name }
            let answer = await exchange.post(example, headers)
            #expect(answer.status == 200)
            #expect(answer.id == example["id"])
            // The example's tool is not ours; that much must have been understood.
            if let code = answer.code { #expect(code == -32602 && answer.message.contains("get_weather")) }
        }
    }

    @Test("what a legacy client gets", arguments: Revision.allCases.filter { $0.era == .legacy })
    func legacy(revision: Revision) async throws {
        let check = ShapeCheck(definitions: try Specification.definitions(revision))
        let response = check.definitions.contains("JSONRPCResultResponse") ? "JSONRPCResultResponse" : "JSONRPCResponse"
        let failure = check.definitions.contains("JSONRPCErrorResponse") ? "JSONRPCErrorResponse" : "JSONRPCError"
        let first = await exchange.post(Exchange.initialize(revision.rawValue))
        let session = try #require(first.header("mcp-session-id"))
        var answers = [(first, "InitializeResult")]
        _ = await exchange.post(["jsonrpc": "2.0", "method": "notifications/initialized"], ["Mcp-Session-Id": session])
        answers.append((await exchange.call("ping", in: session), "EmptyResult"))
        answers.append((await exchange.call("tools/list", in: session), "ListToolsResult"))
        let call: JSON = ["name": "region", "arguments": ["region": "eu"]]
        answers.append((await exchange.call("tools/call", call, in: session), "CallToolResult"))
        for (answer, definition) in answers {
            #expect(check.faults(try #require(answer.json), response) == [])
            #expect(check.faults(try #require(answer.result), definition) == [], "\(definition)")
        }
        for answer in [
            await exchange.call("nope", in: session), await exchange.call("tools/call", ["name": "nope"], in: session),
            await exchange.call("tools/list", in: "gone"),
        ] {
            #expect(check.faults(try #require(answer.json), failure) == [])
        }
        // Without an id there is no such message up to 2025-06-18, so none is sent.
        let broken = await exchange.send("POST", Array("{".utf8), ["Mcp-Session-Id": session])
        #expect(broken.status == 400)
        if let json = broken.json { #expect(check.faults(json, failure) == []) }
    }

    @Test("what a legacy client gets on streams", arguments: Revision.allCases.filter { $0.era == .legacy })
    func legacyStreams(revision: Revision) async throws {
        let check = ShapeCheck(definitions: try Specification.definitions(revision))
        let service = ScriptedService(capabilities: ServerCapabilities(["tools": ["listChanged": true], "logging": [:]])) {
            operation, context in
            context.progress(Progress(1.5, of: 3, message: "half"))
            context.log(LogEntry(.error, logger: "x", data: ["a": 1]))
            var asks = [
                PendingAsk("roots", .roots),
                PendingAsk(
                    "sample",
                    .sample([
                        "messages": [
                            ["role": "user", "content": [["type": "text", "text": "1"], ["type": "text", "text": "2"]]]
                        ],
                        "maxTokens": 5,
                    ])),
            ]
            if context.client.revision >= .june2025 {
                let choice: JSON = ["type": "string", "oneOf": [["const": "a", "title": "First"]]]
                asks.append(
                    PendingAsk(
                        "form",
                        .elicit(["message": "?", "requestedSchema": ["type": "object", "properties": ["c": choice]]])))
            }
            if context.client.revision >= .november2025 {
                asks.append(PendingAsk("visit", .elicit(["mode": "url", "message": "?", "url": "https://example.com/"])))
            }
            _ = try await context.ask(asks)
            return .complete(["content": []])
        } watching: { filter in
            Watch(
                honoured: filter,
                changes: AsyncStream { continuation in
                    continuation.yield(.toolsListChanged)
                    continuation.yield(.resourceUpdated(["uri": "a:1"]))
                })
        }
        let exchange = Exchange(service)
        let session = try await exchange.open(
            revision, capabilities: ["sampling": [:], "roots": [:], "elicitation": ["form": [:], "url": [:]]])
        #expect(await exchange.call("logging/setLevel", ["level": "info"], in: session).status == 200)
        var messages = try await exchange.listen(in: session).messages(2)
        let call: JSON = ["name": "x", "_meta": ["progressToken": "t"]]
        for isCancelled in [false, true] {
            let answer = exchange.beginCall(call, in: session)
            let count = revision >= .november2025 ? 6 : revision >= .june2025 ? 5 : 4
            for question in try await answer.messages(count) where question["id"] != nil {
                guard !isCancelled else { break }
                _ = await exchange.reply(to: question, ["action": "accept"], in: session)
            }
            let cancel: JSON = ["jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": 7]]
            if isCancelled { _ = await exchange.tell(cancel, in: session) }
            messages += try await answer.ended().messages
        }
        let definitions: [String: String] = [
            "notifications/progress": "ProgressNotification", "notifications/message": "LoggingMessageNotification",
            "notifications/tools/list_changed": "ToolListChangedNotification",
            "notifications/resources/updated": "ResourceUpdatedNotification",
            "notifications/cancelled": "CancelledNotification",
            "notifications/elicitation/complete": "ElicitationCompleteNotification",
            "sampling/createMessage": "CreateMessageRequest", "roots/list": "ListRootsRequest",
            "elicitation/create": "ElicitRequest",
        ]
        var seen: Set<String> = []
        for message in messages {
            guard let method = message["method"]?.stringValue else {
                #expect(check.faults(message["result"] ?? .null, "CallToolResult") == [])
                continue
            }
            seen.insert(method)
            let definition = try #require(definitions[method])
            #expect(check.faults(message, definition) == [], "\(message)")
            #expect(check.faults(message, message["id"] == nil ? "JSONRPCNotification" : "JSONRPCRequest") == [])
        }
        let expected = definitions.keys.filter { method in
            method.hasPrefix("elicitation/")
                ? revision >= .june2025 : !method.contains("/elicitation/") || revision >= .november2025
        }
        #expect(seen == Set(expected))
    }

    @Test("what a modern client gets")
    func modern() async throws {
        let check = ShapeCheck(definitions: try Specification.definitions(.july2026))
        let call: JSONObject = ["name": "region", "arguments": ["region": "eu"]]
        for (answer, definition) in [
            (await exchange.modern("server/discover"), "DiscoverResultResponse"),
            (await exchange.modern("tools/list"), "ListToolsResultResponse"),
            (await exchange.modern("tools/call", call, headers: ["Mcp-Param-Region": "eu"]), "CallToolResultResponse"),
            (await exchange.modern("tools/call", ["name": "echo"]), "CallToolResultResponse"),
            (await exchange.modern("nope"), "JSONRPCErrorResponse"),
            (await exchange.modern("tools/call", call), "HeaderMismatchError"),
            (
                await exchange.modern(
                    "tools/list", headers: ["MCP-Protocol-Version": "v9"], meta: [ProtocolKey.protocolVersion: "v9"]),
                "UnsupportedProtocolVersionError"
            ),
            (await exchange.send("POST", Array("{".utf8), ["MCP-Protocol-Version": "2026-07-28"]), "JSONRPCErrorResponse"),
        ] {
            #expect(check.faults(try #require(answer.json), definition) == [], "\(definition)")
        }
    }
}
