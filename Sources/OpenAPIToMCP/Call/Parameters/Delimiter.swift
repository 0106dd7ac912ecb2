/// What separates elements that stand in one value.
enum Delimiter: Hashable {
    case comma, point, blank, bar, tabulator

    /// That of a style whose values are not exploded.
    init(_ style: ParameterStyle) {
        self =
            switch style {
            case .spaceDelimited: .blank
            case .pipeDelimited: .bar
            case .tabDelimited: .tabulator
            case .matrix, .label, .simple, .form, .deepObject: .comma
            }
    }

    var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .point: UInt8(ascii: ".")
        case .blank: UInt8(ascii: " ")
        case .bar: UInt8(ascii: "|")
        case .tabulator: UInt8(ascii: "\t")
        }
    }

    /// As it stands where nothing is encoded.
    var plain: String { String(Unicode.Scalar(byte)) }

    /// As it stands in a URL: a comma and a full stop as they are (RFC 6570), the others encoded.
    var encoded: String {
        switch self {
        case .comma, .point: plain
        case .blank, .bar, .tabulator: PercentEncoding.encoded(plain)
        }
    }

    /// For a person.
    var name: String {
        switch self {
        case .comma: "a comma"
        case .point: "a full stop"
        case .blank: "a blank"
        case .bar: "a bar"
        case .tabulator: "a tabulator"
        }
    }
}
