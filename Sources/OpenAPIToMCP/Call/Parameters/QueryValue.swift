import Wire

/// A name and a value as they stand in a URL's query, a form or a cookie.
struct EncodedPair: Hashable {
    var name: String
    var value: String

    var text: String { name + "=" + value }
}

/// The value of a parameter in the query, by the styles form, spaceDelimited, pipeDelimited, tabDelimited and deepObject (OpenAPI 3.1.1 §4.8.12.6);
/// cookies and the members of forms are written likewise.
enum QueryValue {
    /// The pairs of a parameter; none where the value is `null` or empty and may be left out.
    static func pairs(of value: JSON, for parameter: ParameterPlan) throws(CallFault) -> [EncodedPair] {
        let allowed: PercentEncoding.Allowed = parameter.allowsReserved && parameter.location == .query ? .reserved : .unreserved
        guard parameter.mediaType == nil else {
            let text = ContentValue.text(of: value, mediaType: parameter.mediaType)
            return [
                EncodedPair(
                    name: PercentEncoding.encoded(parameter.name), value: PercentEncoding.encoded(text, allowing: allowed))
            ]
        }
        let pairs = try StyledPair.list(
            of: value, name: parameter.name, style: parameter.style, explodes: parameter.explodes, argument: parameter.argument)
        // An empty value that must, or may, be sent is the name alone with `=`, as the column "undefined" of the specification's examples has it.
        if pairs.isEmpty, parameter.isRequired || parameter.allowsEmptyValue {
            return [EncodedPair(name: PercentEncoding.encoded(parameter.name), value: "")]
        }
        return pairs.map { $0.encoded(allowing: allowed) }
    }
}

/// A name and what belongs to it, before it is encoded.
struct StyledPair: Hashable {
    var name: String
    /// One, or several with a separator between them.
    var values: [String]
    var delimiter = Delimiter.comma

    func encoded(allowing allowed: PercentEncoding.Allowed) -> EncodedPair {
        EncodedPair(
            name: PercentEncoding.encoded(name),
            value: values.map { PercentEncoding.encoded($0, allowing: allowed) }.joined(separator: delimiter.encoded))
    }

    /// The value for a place where nothing is encoded, such as a part of a multipart body.
    var plainValue: String { values.joined(separator: delimiter.plain) }

    /// What a value is in that style; empty where it is no value. Styles that are not for queries count as form.
    static func list(
        of value: JSON, name: String, style: ParameterStyle, explodes: Bool, argument: String
    ) throws(CallFault) -> [StyledPair] {
        let delimiter = Delimiter(style)
        if style == .deepObject { return try DeepObject.pairs(of: value, name: name, argument: argument) }
        if explodes, let object = value.objectValue { return try exploded(object, argument) }
        let content = try ParameterValue(value, argument: argument, nesting: delimiter == .comma ? .json : .refused)
        // A comma inside of a value is encoded, and between values it is not; the others are encoded in both places.
        if delimiter != .comma, !explodes { try content.check(delimiter, argument: argument) }
        switch content {
        case .nothing: return []
        case .text(let text): return [StyledPair(name: name, values: [text])]
        case .list(let list) where explodes: return list.map { StyledPair(name: name, values: [$0]) }
        case .list(let list):
            return [StyledPair(name: name, values: list, delimiter: delimiter)]
        case .members(let members):
            return [StyledPair(name: name, values: members.flatMap { [$0.name, $0.value] }, delimiter: delimiter)]
        }
    }

    /// Each member under its own name. A member that is an array is repeated, which the specification leaves open and frameworks that describe
    /// their paging so expect; what is nested deeper becomes JSON text.
    private static func exploded(_ object: JSONObject, _ argument: String) throws(CallFault) -> [StyledPair] {
        var pairs: [StyledPair] = []
        for (name, member) in object {
            switch try ParameterValue(member, argument: argument, nesting: .json) {
            case .nothing: break
            case .text(let text): pairs.append(StyledPair(name: name, values: [text]))
            case .list(let list): pairs += list.map { StyledPair(name: name, values: [$0]) }
            case .members: pairs.append(StyledPair(name: name, values: [member.serialized()]))
            }
        }
        return pairs
    }
}
