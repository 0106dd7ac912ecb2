/// Moments as RFC 3339 text in UTC with milliseconds, written without a formatter.
public enum Timestamp {
    /// `2026-07-28T09:30:00.125Z` for milliseconds since 1970. Years outside 0 to 9999, which RFC 3339 has not, are cut to them.
    public static func text(milliseconds: Int64) -> String {
        let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        append(milliseconds: clamped, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func append(milliseconds: Int64, to bytes: inout [UInt8]) {
        let (days, ofDay) = divide(milliseconds, 86_400_000)
        let date = civil(fromDays: days)
        digits(date.year, 4, &bytes)
        bytes.append(UInt8(ascii: "-"))
        digits(date.month, 2, &bytes)
        bytes.append(UInt8(ascii: "-"))
        digits(date.day, 2, &bytes)
        bytes.append(UInt8(ascii: "T"))
        digits(ofDay / 3_600_000, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        digits(ofDay / 60_000 % 60, 2, &bytes)
        bytes.append(UInt8(ascii: ":"))
        digits(ofDay / 1000 % 60, 2, &bytes)
        bytes.append(UInt8(ascii: "."))
        digits(ofDay % 1000, 3, &bytes)
        bytes.append(UInt8(ascii: "Z"))
    }

    /// The date of the proleptic Gregorian calendar, counted in years that begin in March, so that the leap day is the last.
    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = divide(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func digits(_ value: Int64, _ count: Int, _ bytes: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    /// Quotient and remainder, rounded down.
    private static func divide(_ value: Int64, _ divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
