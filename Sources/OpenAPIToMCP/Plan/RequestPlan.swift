import Wire

/// How a call's arguments become a request.
struct RequestPlan: Sendable {
    /// In capitals.
    let method: String
    /// The path template as it is written, such as `/pets/{id}`: begins with `/`, its `{names}` are those of `parameters` in the path.
    let path: String
    /// Where to send it; the first counts unless the operator says otherwise.
    let servers: [APIServer]
    /// In the order in which they go out.
    let parameters: [ParameterPlan]
    let body: BodyPlan?
    /// Alternatives, each a combination of schemes, as in `APIOperation`.
    let security: [[SecurityUse]]
}

/// Where one argument goes.
struct ParameterPlan: Sendable {
    /// The name of the argument.
    let argument: String
    /// The name in the request.
    let name: String
    let location: APIParameter.Location
    let style: ParameterStyle
    let explodes: Bool
    let allowsReserved: Bool
    let allowsEmptyValue: Bool
    let isRequired: Bool
    /// For a parameter with `content`: what its value is written as.
    let mediaType: String?
}

/// Which arguments make the body, and how it is written.
struct BodyPlan: Sendable {
    /// How a body is written.
    enum Form: Sendable, Hashable {
        case json, urlencoded, multipart, xml
        /// The argument is text and goes out as it is, in UTF-8.
        case text
        /// The argument is bytes: base64, or a data URI (RFC 2397).
        case octets
    }

    /// Where its value comes from.
    enum Source: Sendable {
        /// An object, made of these.
        case members([MemberPlan])
        /// One argument is the body.
        case whole(argument: String)
    }

    let isRequired: Bool
    /// The value of `Content-Type`, without a boundary.
    let mediaType: String
    let form: Form
    let source: Source
    /// The schema of the body in the compilation's `SchemaTable`, for the forms that need it: XML's names, the kind of a form's members.
    let schema: JSON
    /// How members of a form are written whose body is one argument, by their names; `MemberPlan` has it for the others.
    var encodings: [String: PartEncoding] = [:]
}

/// A member of the body that is an argument of its own.
struct MemberPlan: Sendable {
    let argument: String
    let name: String
    let isRequired: Bool
    /// For forms.
    let encoding: PartEncoding?
    /// The member's schema, in the compilation's `SchemaTable`.
    let schema: JSON
    /// Whether it is bytes (or for an array, each element is): the argument is base64 or a data URI (RFC 2397).
    var isFile = false
}

/// What an answer becomes.
struct ResultPlan: Sendable {
    /// The value of `Accept`.
    let accept: String
    /// Whether structured content is `{"result": answer}`, because the answer's root is no object.
    let wraps: Bool
    /// By status (`200`, `2XX`, `default`): the content types with their schemas, for XML's names, and what the document says of it.
    let responses: [APIResponse]
}
