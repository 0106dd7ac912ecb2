import Wire

/// An API as its document describes it, in the shape of OpenAPI 3.1 whatever the document's version; every reference outside of schemas is
/// followed. This is what the stages after normalising know.
struct APIDescription: Sendable {
    /// `info`.
    var title: String
    /// `info.version`.
    var version: String
    var description: String?
    /// The document's own version, such as `3.0.3`.
    var specification: String
    /// The document's, where an operation has none of its own. Never empty: a document without any has one whose URL is `/`.
    var servers: [APIServer]
    /// The schemes that operations name.
    var securitySchemes: [String: SecurityScheme]
    /// In the document's order: by path, then as the path item lists them.
    var operations: [APIOperation]
    /// What `$ref`s of all schemas here lead to.
    var schemas: SchemaTable
    /// `tags` of the document: name and description.
    var tags: [(name: String, description: String?)]
    /// Operations of webhooks and callbacks: calls that the API makes.
    var inbound = 0
    /// Operations that are not among `operations`, because of an error.
    var refused = 0
}

/// Where an API is to be had.
struct APIServer: Sendable, Hashable {
    /// Absolute, or relative to where the document came from; with `{variables}`.
    var url: String
    var description: String?
    var variables: [String: Variable]

    /// A part of the URL that may differ.
    struct Variable: Sendable, Hashable {
        var values: [String]?
        var standard: String
    }
}

/// One operation with everything that path and document say about it merged in.
struct APIOperation: Sendable {
    /// In capitals.
    var method: String
    /// The path template as it is written, such as `/pets/{id}`.
    var path: String
    /// Of the operation.
    var place: Place
    var operationID: String?
    var summary: String?
    var description: String?
    var tags: [String]
    var isDeprecated: Bool
    /// The operation's before the path's, each name and place once.
    var parameters: [APIParameter]
    var body: APIRequestBody?
    /// In the document's order.
    var responses: [APIResponse]
    /// Alternatives, each a combination of schemes; empty: nothing is needed. An alternative without schemes: may be called anonymously.
    var security: [[SecurityUse]]
    /// The operation's, or else the path's, or else the document's.
    var servers: [APIServer]
}

/// One parameter of an operation.
struct APIParameter: Sendable {
    /// Where it goes in the request.
    enum Location: String, Sendable, Hashable { case path, query, header, cookie }

    var name: String
    var location: Location
    var place: Place
    var description: String?
    var isRequired: Bool
    var isDeprecated: Bool
    var style: ParameterStyle
    var explodes: Bool
    var allowsReserved: Bool
    var allowsEmptyValue: Bool
    /// Its schema; with `mediaType`, the schema of that content.
    var schema: JSON
    /// For a parameter with `content`: what its value is written as.
    var mediaType: String?
}

/// How a value is written (OpenAPI 3.1 §4.8.12.3; `tabDelimited` is that of 2.0's `tsv`).
enum ParameterStyle: String, Sendable, Hashable, CaseIterable {
    case matrix, label, simple, form, spaceDelimited, pipeDelimited, tabDelimited, deepObject
}

/// What a request may carry.
struct APIRequestBody: Sendable {
    var place: Place
    var description: String?
    var isRequired: Bool
    /// In the document's order.
    var contents: [APIContent]
}

/// A body in one media type.
struct APIContent: Sendable {
    /// As it is written, such as `application/json; charset=utf-8` or `image/*`.
    var mediaType: String
    var place: Place
    /// `true` where the document says nothing.
    var schema: JSON
    /// By the name of a member of the schema.
    var encodings: [String: PartEncoding]
}

/// How one member of a form is written (OpenAPI 3.1 §4.8.15).
struct PartEncoding: Sendable, Hashable {
    /// One media type or several with commas between them.
    var contentType: String?
    /// Set where the document says one of `style`, `explode` and `allowReserved`.
    var style: ParameterStyle?
    var explodes: Bool?
    var allowsReserved = false
    /// The names of header fields beside `Content-Type` that a part may have, with their schemas.
    var headers: [String: JSON] = [:]
}

/// One answer that an operation may give.
struct APIResponse: Sendable {
    /// A status such as `200`, a range such as `2XX`, or `default`.
    var status: String
    var place: Place
    var description: String?
    var contents: [APIContent]
}
