/// How long an upstream asks not to be called (RFC 9110 §10.2.3), in milliseconds.
enum RetryAfter {
    /// - Parameters:
    ///   - value: of `Retry-After`: seconds, also with a fraction, or a date (RFC 9110 §5.6.7, its preferred form).
    ///   - milliseconds: of `Retry-After-Ms`, which counts before it (OpenAI, Azure).
    ///   - now: milliseconds since 1970.
    /// - Returns: nil where nothing is said, or nothing that can be understood, or a time that is over.
    static func milliseconds(_ value: String?, milliseconds: String? = nil, at now: Int64) -> Int64? {
        if let told = milliseconds.flatMap({ Self.number($0) }), told > 0 { return Int64(told.rounded(.up)) }
        guard let value else { return nil }
        if let seconds = Self.number(value) { return seconds > 0 ? Int64((seconds * 1000).rounded(.up)) : nil }
        guard let date = Self.date(value) else { return nil }
        let left = date * 1000 - now
        return left > 0 ? left : nil
    }

    /// Digits, perhaps with a fraction: no sign, no exponent, no name of a number.
    private static func number(_ text: String) -> Double? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") })
        else { return nil }
        return Double(text)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT` as seconds since 1970.
    private static func date(_ text: String) -> Int64? {
        guard text.utf8.count == 29, text.hasSuffix(" GMT") else { return nil }
        let words = text.split(separator: " ")
        guard words.count == 6, let day = Self.digits(words[1], 1...31), let month = Self.months.firstIndex(of: String(words[2])),
            let year = Self.digits(words[3], 1970...9999)
        else { return nil }
        let times = words[4].split(separator: ":", omittingEmptySubsequences: false)
        guard times.count == 3, let hour = Self.digits(times[0], 0...23), let minute = Self.digits(times[1], 0...59),
            let second = Self.digits(times[2], 0...60)
        else { return nil }
        return Self.days(year: year, month: Int64(month) + 1, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static func digits(_ text: Substring, _ range: ClosedRange<Int64>) -> Int64? {
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text), range.contains(number) else {
            return nil
        }
        return number
    }

    /// Days since 1970-01-01 of the Gregorian calendar: whole years that begin in March, so that the leap day is the last.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
