public import Wire

/// One resource of an embedded server.
public struct Resource: Sendable {
    /// Reads the resource. More than one part is for a resource that has parts of its own.
    public typealias Reader = @Sendable (_ call: FeatureCall) async throws -> [ResourceContents]

    /// The URI by which it is read.
    public let uri: String
    /// The resource as it stands in `resources/list`.
    public let definition: JSONObject
    let cacheHint: CacheHint
    let reader: Reader

    /// A resource.
    ///
    /// - Parameters:
    ///   - size: in bytes, before any base64.
    ///   - meta: the definition's `_meta`.
    ///   - cacheHint: how long what was read may be kept.
    public init(
        uri: String, name: String, title: String? = nil, description: String? = nil, mimeType: String? = nil,
        size: Int? = nil, annotations: ContentAnnotations? = nil, meta: JSONObject? = nil, cacheHint: CacheHint = .none,
        reader: @escaping Reader
    ) {
        self.uri = uri
        self.cacheHint = cacheHint
        self.reader = reader
        var definition = Definition(name, title, description)
        definition.json["uri"] = .string(uri)
        if let mimeType { definition.json["mimeType"] = .string(mimeType) }
        if let size { definition.json["size"] = .integer(size) }
        definition.add(annotations, meta)
        self.definition = definition.json
    }
}

/// A family of resources of an embedded server, one for each value of its variables.
public struct ResourceTemplate: Sendable {
    /// Reads the resource of that URI.
    /// - Throws: `MCPError.resourceNotFound` where no resource has these values.
    public typealias Reader =
        @Sendable (
            _ uri: String, _ variables: [String: String], _ call: FeatureCall
        ) async throws -> [ResourceContents]

    /// The shape of its URIs.
    public let template: URITemplate
    /// The template as it stands in `resources/templates/list`.
    public let definition: JSONObject
    let completers: [String: Completer]
    let cacheHint: CacheHint
    let reader: Reader

    /// A template.
    ///
    /// - Parameters:
    ///   - template: as `URITemplate` reads it.
    ///   - meta: the definition's `_meta`.
    ///   - completers: for those variables whose values can be proposed.
    ///   - cacheHint: how long what was read may be kept.
    public init(
        template: String, name: String, title: String? = nil, description: String? = nil, mimeType: String? = nil,
        annotations: ContentAnnotations? = nil, meta: JSONObject? = nil, completers: [String: Completer] = [:],
        cacheHint: CacheHint = .none, reader: @escaping Reader
    ) {
        self.template = URITemplate(template)
        self.completers = completers
        self.cacheHint = cacheHint
        self.reader = reader
        var definition = Definition(name, title, description)
        definition.json["uriTemplate"] = .string(template)
        if let mimeType { definition.json["mimeType"] = .string(mimeType) }
        definition.add(annotations, meta)
        self.definition = definition.json
    }
}

/// What definitions in lists have in common.
struct Definition {
    var json: JSONObject

    init(_ name: String, _ title: String?, _ description: String?) {
        json = ["name": .string(name)]
        if let title { json["title"] = .string(title) }
        if let description { json["description"] = .string(description) }
    }

    mutating func add(_ annotations: ContentAnnotations?, _ meta: JSONObject?) {
        if let annotations { json["annotations"] = .object(annotations.json) }
        if let meta { json["_meta"] = .object(meta) }
    }
}
