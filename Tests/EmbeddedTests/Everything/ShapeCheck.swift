import Foundation
import Testing
import Wire

@testable import MCPServer

/// The specification's schemas, read in place: where `PORTICO_SHARED` says, else beside the package.
enum SpecificationSchemas {
    private static let folder: URL =
        ProcessInfo.processInfo.environment["PORTICO_SHARED"].map { URL(filePath: $0).appending(path: "mcp/schema") }
        ?? URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/mcp/schema")

    static let arePresent = FileManager.default.fileExists(atPath: folder.appending(path: "2026-07-28.json").path)

    static func check(_ revision: Revision) throws -> ShapeCheck {
        let data = try Data(contentsOf: folder.appending(path: "\(revision.rawValue).json"))
        let schema = try JSON.parse(Array(data))
        return ShapeCheck(definitions: try #require((schema["$defs"] ?? schema["definitions"])?.objectValue))
    }
}

/// Finds what a value lacks of a definition: members that are required, and kinds that are not theirs, also inside.
struct ShapeCheck {
    let definitions: JSONObject

    /// What every revision wants of results, in few words: for where the specification's schemas are not at hand.
    static let ours = ShapeCheck(definitions: [
        "CallToolResult": [
            "type": "object", "required": ["content"],
            "properties": [
                "content": ["type": "array", "items": ["$ref": "#/ContentBlock"]], "isError": ["type": "boolean"],
                "_meta": ["type": "object"],
            ],
        ],
        "ContentBlock": [
            "anyOf": [
                ["required": ["type", "text"], "properties": ["type": ["const": "text"], "text": ["type": "string"]]],
                ["required": ["type", "data", "mimeType"], "properties": ["type": ["enum": ["image", "audio"]]]],
                [
                    "required": ["type", "resource"],
                    "properties": ["type": ["const": "resource"], "resource": ["$ref": "#/Contents"]],
                ],
                ["required": ["type", "uri", "name"], "properties": ["type": ["const": "resource_link"]]],
            ]
        ],
        "Contents": ["anyOf": [["required": ["uri", "text"]], ["required": ["uri", "blob"]]]],
        "ReadResourceResult": [
            "required": ["contents"],
            "properties": ["contents": ["type": "array", "items": ["$ref": "#/Contents"]]],
        ],
        "GetPromptResult": [
            "required": ["messages"],
            "properties": [
                "messages": [
                    "type": "array",
                    "items": [
                        "required": ["role", "content"],
                        "properties": ["role": ["enum": ["user", "assistant"]], "content": ["$ref": "#/ContentBlock"]],
                    ],
                ]
            ],
        ],
    ])

    func faults(_ value: JSON, _ definition: String) -> [String] { faults(value, definitions[definition] ?? false, definition) }

    func faults(_ value: JSON, _ schema: JSON, _ place: String) -> [String] {
        if schema.boolValue == false { return ["\(place): nothing fits"] }
        if let name = schema["$ref"]?.stringValue?.split(separator: "/").last {
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
        if !types.isEmpty, !types.contains(kind), !(types.contains("integer") && value.int64Value != nil) {
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
