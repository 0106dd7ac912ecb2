import Wire

/// The value of a parameter in the path, by the styles simple, label and matrix (OpenAPI 3.1.1 §4.8.12.6, RFC 6570 §3.2.2, §3.2.5, §3.2.7).
/// Those that 2.0 foresees beside them separate elements by a blank, a bar or a tabulator.
enum PathValue {
    /// The text as it goes into the URL: everything but unreserved characters and what the style itself puts in is encoded, so that it stays
    /// in its segment.
    /// - Throws: `CallFault` where the value is empty, or is a step (`.`, `..`) to whoever decodes it once more or takes `\` for `/`.
    static func text(of value: JSON, for parameter: ParameterPlan) throws(CallFault) -> String {
        let argument = parameter.argument
        let content: ParameterValue =
            parameter.mediaType == nil
            ? try ParameterValue(value, argument: argument, nesting: .refused)
            : .text(ContentValue.text(of: value, mediaType: parameter.mediaType))
        let texts: [String] =
            switch content {
            case .nothing: []
            case .text(let text): [text]
            case .list(let list): list
            case .members(let members): members.flatMap { [$0.name, $0.value] }
            }
        guard texts.contains(where: { !$0.isEmpty }) else {
            throw CallFault(argument, "must not be empty: it is a part of the path")
        }
        for text in texts { try check(text, argument) }
        let style = PathStyle(parameter)
        if let delimiter = style.ambiguous { try content.check(delimiter, argument: argument) }
        return style.text(of: content)
    }

    private static func check(_ text: String, _ argument: String) throws(CallFault) {
        guard !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
            throw CallFault(argument, "must not have control characters: it is a part of the path")
        }
        // Servers that decode before they split, twice, or at backslashes are many, and so are those that drop what follows a semicolon.
        var layer = text
        for _ in 0..<3 {
            let parts = layer.utf8.split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
            let steps = parts.map { part in String(Substring(part.prefix { $0 != UInt8(ascii: ";") })) }
            guard !steps.contains(where: PercentEncoding.isDotSegment) else {
                throw CallFault(argument, "must not have . or .. between slashes: it is a part of the path")
            }
            guard layer.utf8.contains(UInt8(ascii: "%")) else { return }
            let decoded = PercentEncoding.decoded(layer)
            guard !decoded.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
                throw CallFault(argument, "must not have encoded control characters: it is a part of the path")
            }
            layer = String(decoding: decoded, as: UTF8.self)
        }
    }
}

/// What a style puts around values in a path.
private struct PathStyle {
    let name: String
    let prefix: String
    /// Between elements, and between a name and its value where they are not exploded.
    let separator: String
    let explodes: Bool
    let isMatrix: Bool
    /// A separator that is not encoded inside of values, or is encoded there as it is between them.
    let ambiguous: Delimiter?

    init(_ parameter: ParameterPlan) {
        name = PercentEncoding.encoded(parameter.name)
        explodes = parameter.explodes
        isMatrix = parameter.style == .matrix
        switch parameter.style {
        case .label: (prefix, separator, ambiguous) = (".", explodes ? "." : ",", explodes ? .point : nil)
        case .matrix: (prefix, separator, ambiguous) = (";", explodes ? ";" : ",", nil)
        case .spaceDelimited, .pipeDelimited, .tabDelimited:
            let delimiter = Delimiter(parameter.style)
            (prefix, separator, ambiguous) = ("", delimiter.encoded, delimiter)
        case .simple, .form, .deepObject: (prefix, separator, ambiguous) = ("", ",", nil)
        }
    }

    func text(of value: ParameterValue) -> String {
        switch value {
        case .nothing: return ""
        case .text(let text): return prefix + (isMatrix ? named(name, text) : PercentEncoding.encoded(text))
        case .list(let list):
            if isMatrix, explodes { return prefix + list.map { named(name, $0) }.joined(separator: separator) }
            return prefix + (isMatrix ? name + "=" : "") + list.map { PercentEncoding.encoded($0) }.joined(separator: separator)
        case .members(let members):
            if explodes { return prefix + members.map(exploded).joined(separator: separator) }
            let parts = members.flatMap { [PercentEncoding.encoded($0.name), PercentEncoding.encoded($0.value)] }
            return prefix + (isMatrix ? name + "=" : "") + parts.joined(separator: separator)
        }
    }

    private func exploded(_ member: (name: String, value: String)) -> String {
        let name = PercentEncoding.encoded(member.name)
        return isMatrix ? named(name, member.value) : name + "=" + PercentEncoding.encoded(member.value)
    }

    /// RFC 6570 §3.2.7: no `=` where the value is empty.
    private func named(_ name: String, _ value: String) -> String {
        value.isEmpty ? name : name + "=" + PercentEncoding.encoded(value)
    }
}
