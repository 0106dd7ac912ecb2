/// What a scalar means by the core schema of YAML 1.2 (section 10.3.2).
enum YAMLScalar {
    /// The prefix that `!!` stands for.
    static let tagPrefix = "tag:yaml.org,2002:"

    /// The value of a plain scalar without a tag.
    static func resolved(_ text: String) -> JSON {
        if isNull(text) { return .null }
        if let truth = truth(text) { return .bool(truth) }
        if let number = integer(text) ?? decimal(text) { return .number(number) }
        return .string(text)
    }

    /// The value of a scalar with that tag of the core schema; nil where the text is no such value.
    static func value(_ text: String, tag: Substring) -> JSON? {
        switch tag {
        case "null": isNull(text) ? .null : nil
        case "bool": truth(text).map(JSON.bool)
        case "int": integer(text).map(JSON.number)
        case "float": (decimal(text) ?? integer(text)).map(JSON.number)
        default: nil
        }
    }

    private static func isNull(_ text: String) -> Bool {
        switch text {
        case "", "~", "null", "Null", "NULL": true
        default: false
        }
    }

    private static func truth(_ text: String) -> Bool? {
        switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    private static func integer(_ text: String) -> JSONNumber? {
        if text.hasPrefix("0o") { return radix(text.dropFirst(2), 8) }
        if text.hasPrefix("0x") { return radix(text.dropFirst(2), 16) }
        let bytes = Array(text.utf8)
        let (sign, digits) = signed(bytes[...])
        guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
        return JSONNumber(checked: sign + withoutLeadingZeros(digits))
    }

    /// Digits beyond 64 bits are no number here (they are identifiers more often than quantities).
    private static func radix(_ digits: Substring, _ radix: Int) -> JSONNumber? {
        guard let first = digits.utf8.first, first != Byte.plus, first != Byte.minus,
            let value = UInt64(digits, radix: radix)
        else { return nil }
        return JSONNumber(checked: String(value))
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`, rewritten as JSON spells it.
    private static func decimal(_ text: String) -> JSONNumber? {
        let bytes = Array(text.utf8)
        let (sign, unsigned) = signed(bytes[...])
        let whole = unsigned.prefix(while: isDigit)
        var rest = unsigned.dropFirst(whole.count)
        var result = sign + (whole.isEmpty ? "0" : withoutLeadingZeros(whole))
        if rest.first == Byte.point {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !whole.isEmpty || !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
            result += "." + (fraction.isEmpty ? "0" : String(decoding: fraction, as: UTF8.self))
        } else if whole.isEmpty {
            return nil
        }
        if let mark = rest.first {
            guard mark | 0x20 == Byte.lowerE else { return nil }
            let exponent = rest.dropFirst()
            let digits = exponent.dropFirst(exponent.first == Byte.plus || exponent.first == Byte.minus ? 1 : 0)
            guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
            result += String(decoding: rest, as: UTF8.self)
        }
        return JSONNumber(checked: result)
    }

    private static func signed(_ bytes: ArraySlice<UInt8>) -> (sign: String, rest: ArraySlice<UInt8>) {
        switch bytes.first {
        case Byte.minus: ("-", bytes.dropFirst())
        case Byte.plus: ("", bytes.dropFirst())
        default: ("", bytes)
        }
    }

    private static func withoutLeadingZeros(_ digits: ArraySlice<UInt8>) -> String {
        let significant = digits.drop { $0 == Byte.zero }
        return significant.isEmpty ? "0" : String(decoding: significant, as: UTF8.self)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { Byte.zero...Byte.nine ~= byte }
}
