import Wire

/// Bodies of type `application/x-www-form-urlencoded` (OpenAPI 3.1.1 §4.8.14.4, appendix E). A blank is `%20`, which every reader of forms takes
/// for one, as it does `+`.
struct FormBody {
    let schemas: SchemaTable

    func text(of members: [BodyWriter.Member]) throws(CallFault) -> String {
        var pairs: [EncodedPair] = []
        for member in members { pairs += try self.pairs(of: member) }
        return pairs.map(\.text).joined(separator: "&")
    }

    private func pairs(of member: BodyWriter.Member) throws(CallFault) -> [EncodedPair] {
        let allowed: PercentEncoding.Allowed = member.encoding?.allowsReserved == true ? .reserved : .unreserved
        if let styled = try StyledPair.list(of: member) { return styled.map { $0.encoded(allowing: allowed) } }
        // Without a style, what is no text is written as its media type says: objects as JSON, and an array's elements one by one.
        return try StyledPair.contents(of: member, schemas: schemas).map { $0.encoded(allowing: allowed) }
    }
}

extension StyledPair {
    /// A form's member by its style; nil where its encoding has none of `style`, `explode` and `allowReserved`, so that its content type counts
    /// (OpenAPI 3.1.1 §4.8.15.1.2).
    static func list(of member: BodyWriter.Member) throws(CallFault) -> [StyledPair]? {
        guard let encoding = member.encoding, encoding.style != nil || encoding.explodes != nil || encoding.allowsReserved else {
            return nil
        }
        let style = encoding.style ?? .form
        return try list(
            of: member.value, name: member.name, style: style, explodes: encoding.explodes ?? (style == .form),
            argument: member.argument)
    }

    /// A form's member by its content type.
    static func contents(of member: BodyWriter.Member, schemas: SchemaTable) throws(CallFault) -> [StyledPair] {
        let type = member.encoding?.contentType.map { MediaType(String($0.prefix { $0 != "," })) }
        if case .array(let elements) = member.value, type?.isJSON != true {
            return elements.filter { !$0.isNull }.map { StyledPair(name: member.name, values: [content(of: $0)]) }
        }
        guard !member.value.isNull else { return [] }
        // A text that is said to be JSON is a JSON text already, if it reads as one, and else a JSON string.
        if type?.isJSON == true, case .string(let text) = member.value, (try? JSON.parse(text)) != nil {
            return [StyledPair(name: member.name, values: [text])]
        }
        let text = type?.isJSON == true ? member.value.serialized() : content(of: member.value)
        return [StyledPair(name: member.name, values: [text])]
    }

    private static func content(of value: JSON) -> String { ParameterValue.plain(value) ?? value.serialized() }
}
