public import Wire

/// Who a client or server says it is. Self-reported: for display and logs, never for a decision.
public struct Implementation: Sendable, Hashable {
    /// The name for programs.
    public let name: String
    /// Its version, in any form.
    public let version: String
    /// The object as it came, with title, icons and whatever else it has.
    public let json: JSONObject

    /// Portico, where it speaks for itself.
    public static let portico = Implementation(name: "portico", version: "1")

    /// An identity of our own.
    public init(name: String, version: String, title: String? = nil) {
        self.name = name
        self.version = version
        var json: JSONObject = ["name": .string(name), "version": .string(version)]
        if let title { json["title"] = .string(title) }
        self.json = json
    }

    /// The identity in an object; nil where `name` or `version` is no string.
    public init?(_ json: JSONObject) {
        guard let name = json["name"]?.stringValue, let version = json["version"]?.stringValue else { return nil }
        self.name = name
        self.version = version
        self.json = json
    }
}
