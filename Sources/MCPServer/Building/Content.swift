public import Wire

/// A block of content in a tool's result or a prompt's message.
public struct ContentBlock: Sendable, Hashable {
    /// The block on the wire. Members may be added, such as `_meta`.
    public var json: JSON

    /// The block in that JSON.
    public init(_ json: JSON) { self.json = json }

    /// Text.
    public static func text(_ text: String, annotations: ContentAnnotations? = nil) -> ContentBlock {
        annotated(["type": "text", "text": .string(text)], annotations)
    }

    /// An image in base64 (RFC 4648 section 4).
    public static func image(
        base64 data: String, mimeType: String, annotations: ContentAnnotations? = nil
    ) -> ContentBlock {
        annotated(["type": "image", "data": .string(data), "mimeType": .string(mimeType)], annotations)
    }

    /// A sound in base64 (since 2025-03-26; older clients get it as a resource).
    public static func audio(
        base64 data: String, mimeType: String, annotations: ContentAnnotations? = nil
    ) -> ContentBlock {
        annotated(["type": "audio", "data": .string(data), "mimeType": .string(mimeType)], annotations)
    }

    /// A resource, with its contents.
    public static func resource(_ contents: ResourceContents, annotations: ContentAnnotations? = nil) -> ContentBlock {
        annotated(["type": "resource", "resource": contents.json], annotations)
    }

    /// Where a resource is to be had (since 2025-06-18; older clients get a text).
    public static func link(to resource: Resource) -> ContentBlock {
        var link: JSONObject = ["type": "resource_link"]
        for (name, value) in resource.definition { link[name] = value }
        return ContentBlock(.object(link))
    }

    private static func annotated(_ block: JSONObject, _ annotations: ContentAnnotations?) -> ContentBlock {
        var block = block
        if let annotations { block["annotations"] = .object(annotations.json) }
        return ContentBlock(.object(block))
    }
}

/// For whom a block or resource is, and how much it matters.
public struct ContentAnnotations: Sendable, Hashable {
    /// Who should see it.
    public enum Audience: String, Sendable, Hashable { case user, assistant }

    /// Who should see it; empty: nothing is said.
    public var audience: [Audience]
    /// From 0, needless, to 1, required.
    public var priority: Double?
    /// When it last changed, in ISO 8601.
    public var lastModified: String?

    /// Annotations; what is nil or empty is left out.
    public init(audience: [Audience] = [], priority: Double? = nil, lastModified: String? = nil) {
        self.audience = audience
        self.priority = priority.map { min(max($0, 0), 1) }
        self.lastModified = lastModified
    }

    var json: JSONObject {
        var json = JSONObject()
        if !audience.isEmpty { json["audience"] = .array(audience.map { .string($0.rawValue) }) }
        if let number = priority.flatMap({ JSONNumber($0) }) { json["priority"] = .number(number) }
        if let lastModified { json["lastModified"] = .string(lastModified) }
        return json
    }
}

/// What a resource holds, or a part of it.
public struct ResourceContents: Sendable, Hashable {
    /// The contents on the wire. Members may be added, such as `_meta`.
    public var json: JSON

    /// The contents in that JSON.
    public init(_ json: JSON) { self.json = json }

    /// Text.
    public static func text(_ text: String, uri: String, mimeType: String = "text/plain") -> ResourceContents {
        ResourceContents(["uri": .string(uri), "mimeType": .string(mimeType), "text": .string(text)])
    }

    /// Bytes in base64 (RFC 4648 section 4).
    public static func blob(base64 data: String, uri: String, mimeType: String) -> ResourceContents {
        ResourceContents(["uri": .string(uri), "mimeType": .string(mimeType), "blob": .string(data)])
    }
}
