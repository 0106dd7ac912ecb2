import Wire

/// The URL of a request while its parameters are put in.
struct RequestAddress {
    private let template: String
    private var values: [String: (text: String, argument: String)] = [:]
    /// Pairs as they stand in the URL.
    var query: [EncodedPair] = []

    /// - Parameter path: with `{names}`.
    init(path: String) { template = path }

    /// Says what stands for a name of the template: text as it goes into the URL.
    mutating func set(_ parameter: ParameterPlan, to text: String) {
        values[parameter.name] = (text, parameter.argument)
    }

    /// The whole URL. Path and query are put behind the server's URL, and the outcome is read again: it must be on the same scheme, host
    /// and port, and below the same path.
    func url(at server: String, atMost maximumBytes: Int) throws(CallFault) -> String {
        let base = server.hasSuffix("/") ? String(server.dropLast()) : server
        let origin = URIReference(base)
        guard let scheme = origin.scheme, ["http", "https"].contains(scheme), let authority = origin.authority,
            !authority.isEmpty,
            !authority.contains("@"), origin.query == nil, origin.fragment == nil, base.utf8.allSatisfy(PercentEncoding.isURLByte)
        else { throw CallFault(nil, "the API's server has no absolute http or https URL that paths can be added to") }
        let (path, fixedQuery) = try expanded()
        let pairs = (fixedQuery.isEmpty ? [] : [fixedQuery]) + query.map(\.text)
        let url = base + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
        guard url.utf8.count <= maximumBytes else {
            throw CallFault(nil, "the arguments make a URL of \(url.utf8.count) bytes, of which there may be \(maximumBytes)")
        }
        let outcome = URIReference(url)
        guard outcome.scheme == scheme, outcome.authority == authority, outcome.path == origin.path + path,
            outcome.fragment == nil,
            origin.resolving(outcome).path == outcome.path, url.utf8.allSatisfy(PercentEncoding.isURLByte)
        else { throw CallFault(nil, "the path leads out of the API's server") }
        return url
    }

    // MARK: - The template

    /// The path with its names replaced, and the query that the template itself has (which OpenAPI does not foresee, but documents do).
    private func expanded() throws(CallFault) -> (path: String, query: String) {
        let whole = template.prefix { $0 != "#" }
        let path = whole.prefix { $0 != "?" }
        let query = whole.dropFirst(path.count + 1)
        var segments: [String] = []
        for segment in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(path.hasPrefix("/") ? 1 : 0) {
            let (text, argument) = try replaced(segment)
            // Even where the dots are encoded, clients and servers take such a segment for a step (RFC 3986 §5.2.4, §6.2.2).
            guard !PercentEncoding.isDotSegment(text) else { throw CallFault(argument, "makes a path that leads elsewhere") }
            segments.append(text)
        }
        return ("/" + segments.joined(separator: "/"), try replaced(query).text)
    }

    /// The text with its names replaced, and the argument that came last.
    private func replaced(_ text: Substring) throws(CallFault) -> (text: String, argument: String?) {
        var output = ""
        var argument: String?
        var rest = text
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            output += PercentEncoding.literal(rest[..<start])
            let name = String(rest[rest.index(after: start)..<end])
            guard let value = values[name] else { throw CallFault(name, "is missing: the path needs it") }
            output += value.text
            argument = value.argument
            rest = rest[rest.index(after: end)...]
        }
        return (output + PercentEncoding.literal(rest), argument)
    }
}
