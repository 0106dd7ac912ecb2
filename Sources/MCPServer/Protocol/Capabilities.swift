public import Wire

/// What a server declares that it can do, with the JSON it was declared in.
public struct ServerCapabilities: Sendable, Hashable {
    /// A capability with methods of its own.
    public enum Feature: String, Sendable, Hashable, CaseIterable {
        case tools, prompts, resources, completions, logging
    }

    /// The object as declared; unknown capabilities stay in it.
    public private(set) var json: JSONObject

    /// The capabilities in that object.
    public init(_ json: JSONObject = JSONObject()) { self.json = json }

    /// The given features without options.
    public init(_ features: Feature...) {
        json = JSONObject(features.map { ($0.rawValue, JSON.object(JSONObject())) })
    }

    /// Whether a feature is declared.
    public func declares(_ feature: Feature) -> Bool { json[feature.rawValue]?.kind == .object }

    /// Whether the extension of that identifier is declared (2026-07-28).
    public func declares(extension identifier: String) -> Bool { json["extensions"]?[identifier]?.kind == .object }

    /// These without what needs a stream to the client outside of calls: `listChanged`, `subscribe`, and the
    /// experimental tasks of 2025-11-25, whose status travels there.
    ///
    /// A capability that can't be kept must not be declared.
    package func withoutStreams() -> ServerCapabilities {
        var json = self.json
        for feature in [Feature.tools, .prompts, .resources] {
            guard var options = json[feature.rawValue]?.objectValue else { continue }
            options["listChanged"] = nil
            options["subscribe"] = nil
            json[feature.rawValue] = .object(options)
        }
        json["tasks"] = nil
        return ServerCapabilities(json)
    }
}

/// What a client declares that it can do: once at `initialize` (legacy), or with each request (modern).
public struct ClientCapabilities: Sendable, Hashable {
    /// Something that a server may need of a client.
    public enum Feature: Sendable, Hashable {
        case sampling, samplingTools, samplingContext, elicitationForm, elicitationURL, roots
        /// The tasks extension of 2026-07-28.
        case tasks
    }

    /// The identifier of the tasks extension.
    public static let tasksExtension = "io.modelcontextprotocol/tasks"

    /// The object as declared.
    public let json: JSONObject

    /// The capabilities in that object.
    public init(_ json: JSONObject = JSONObject()) { self.json = json }

    /// Whether the feature is declared. An elicitation without modes means forms only.
    public func declares(_ feature: Feature) -> Bool {
        switch feature {
        case .sampling: json["sampling"]?.kind == .object
        case .samplingTools: json["sampling"]?["tools"]?.kind == .object
        case .samplingContext: json["sampling"]?["context"]?.kind == .object
        case .elicitationForm: elicitation.map { $0["form"] != nil || $0["url"] == nil } ?? false
        case .elicitationURL: elicitation?["url"]?.kind == .object
        case .roots: json["roots"]?.kind == .object
        case .tasks: json["extensions"]?[Self.tasksExtension]?.kind == .object
        }
    }

    /// Whether the client says when its roots change (legacy revisions).
    var announcesRootChanges: Bool { json["roots"]?["listChanged"] == true }

    private var elicitation: JSONObject? { json["elicitation"]?.objectValue }
}

extension ClientCapabilities.Feature {
    /// The smallest capabilities object with this feature: what `data.requiredCapabilities` says.
    package var requirement: JSONObject {
        switch self {
        case .sampling: ["sampling": [:]]
        case .samplingTools: ["sampling": ["tools": [:]]]
        case .samplingContext: ["sampling": ["context": [:]]]
        case .elicitationForm: ["elicitation": [:]]
        case .elicitationURL: ["elicitation": ["url": [:]]]
        case .roots: ["roots": [:]]
        case .tasks: ["extensions": .object([ClientCapabilities.tasksExtension: [:]])]
        }
    }
}
