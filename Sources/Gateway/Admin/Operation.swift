internal import HTTPTypes
internal import Wire

/// One operation of the admin API: where it is, what it takes and gives, and what it does. The table of these routes requests and
/// writes the description.
struct Operation: Sendable {
    /// A handler's failures of any kind become an answer in one place; see `AdminFailure.init(_:)`.
    typealias Run = @Sendable (AdminCall, AdminServices) async throws -> JSON

    let method: HTTPRequest.Method
    let pattern: PathPattern
    let summary: String
    let query: [Parameter]
    /// What the body is, if there is one.
    let body: BodyDescription?
    /// What `data` is.
    let answer: MemberType
    /// Whether it needs no key.
    let isPublic: Bool
    /// Whether it changes what the directory holds: such operations run one after the other.
    let changesDirectory: Bool
    let run: Run

    init(
        _ method: HTTPRequest.Method, _ path: String, _ summary: String, query: [Parameter] = [], body: BodyDescription? = nil,
        answer: MemberType = .none, isPublic: Bool = false, changesDirectory: Bool? = nil, run: @escaping Run
    ) {
        self.method = method
        pattern = PathPattern(path)
        self.summary = summary
        self.query = query
        self.body = body
        self.answer = answer
        self.isPublic = isPublic
        self.changesDirectory = changesDirectory ?? (method != .get)
        self.run = run
    }

    /// The same operation at another path.
    func also(at path: String) -> Operation {
        Operation(
            method, path, summary, query: query, body: body, answer: answer, isPublic: isPublic,
            changesDirectory: changesDirectory, run: run)
    }
}

/// A parameter in the query.
struct Parameter: Sendable {
    let name: String
    let type: MemberType
    let summary: String

    init(_ name: String, _ type: MemberType, _ summary: String) {
        self.name = name
        self.type = type
        self.summary = summary
    }

    static let paging = [
        Parameter("page", .integer, "Which page, from 1 (also as p)."),
        Parameter("per_page", .integer, "Rows on a page, 1 to 100."),
    ]
    static let order = Parameter("order", .string, "A member and a direction: created_at-desc.")
    static let keyword = Parameter("keyword", .string, "A part of what is looked for, without regard to case.")
}

/// What a body is.
enum BodyDescription: Sendable {
    case object(_ name: String, [(name: String, type: MemberType)])
    case objects(_ name: String, [(name: String, type: MemberType)])
    case list(MemberType)
}
