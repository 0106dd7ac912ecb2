/// Dates and times of RFC 3339 section 5.6.
enum DateTimeFormat {
    static func isDateTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        let separator = bytes.startIndex + 10
        guard separator < bytes.endIndex, bytes[separator] | 0x20 == Byte.lowerT else { return false }
        return isDate(bytes[..<separator]) && isTime(bytes[(separator + 1)...])
    }

    static func isDate(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(bytes)
        guard bytes.count == 10, bytes[4] == Byte.minus, bytes[7] == Byte.minus, let year = number(bytes[0..<4]),
            let month = number(bytes[5..<7]), let day = number(bytes[8..<10])
        else { return false }
        return 1...12 ~= month && day >= 1 && day <= days(month, year)
    }

    private static func days(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func isTime(_ bytes: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(bytes)
        guard bytes.count >= 9, bytes[2] == Byte.colon, bytes[5] == Byte.colon, let hour = number(bytes[0..<2]),
            let minute = number(bytes[3..<5]), let second = number(bytes[6..<8]), hour <= 23, minute <= 59, second <= 60
        else { return false }
        var rest = bytes[8...]
        if rest.first == Byte.point {
            rest = rest.dropFirst()
            let fraction = rest.prefix(while: FormatByte.isDigit)
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(fraction.count)
        }
        guard let offset = offsetMinutes(rest) else { return false }
        // A leap second is the last second of a day in UTC.
        return second < 60 || (hour * 60 + minute - offset + 2 * 1440) % 1440 == 1439
    }

    private static func offsetMinutes(_ bytes: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(bytes)
        if bytes.count == 1 { return bytes[0] | 0x20 == UInt8(ascii: "z") ? 0 : nil }
        guard bytes.count == 6, bytes[0] == Byte.plus || bytes[0] == Byte.minus, bytes[3] == Byte.colon,
            let hours = number(bytes[1..<3]), let minutes = number(bytes[4..<6]), hours <= 23, minutes <= 59
        else { return nil }
        return (bytes[0] == Byte.plus ? 1 : -1) * (hours * 60 + minutes)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy(FormatByte.isDigit) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - Byte.zero) }
    }
}
