/// A day and a time of the proleptic Gregorian calendar, as clocks and calendars on a wall show them.
struct CivilTime: Sendable, Hashable {
    private static let secondsPerDay: Int64 = 86_400
    private static let dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

    /// Days since 1970-01-01.
    private let day: Int64
    /// Seconds since midnight.
    private let secondOfDay: Int64

    /// What is shown so many seconds after 1970 began.
    init(_ local: Int64) {
        day = Self.floorDivide(local, Self.secondsPerDay)
        secondOfDay = local - day * Self.secondsPerDay
    }

    /// Seconds since 1970 began at which that time is shown on the same day.
    func at(hour: Int, minute: Int) -> Int64 { day * Self.secondsPerDay + Int64(hour * 3600 + minute * 60) }

    /// The English name of the day.
    var dayOfWeek: String {
        // 1970-01-01 was a Thursday.
        let index = day + 3
        return Self.dayNames[Int(index - Self.floorDivide(index, 7) * 7)]
    }

    /// ISO 8601 to the second, with that offset from UTC in seconds.
    func text(offset: Int64) -> String {
        let (year, month, dayOfMonth) = date
        let (hour, minute, second) = (secondOfDay / 3600, secondOfDay / 60 % 60, secondOfDay % 60)
        let sign = offset < 0 ? "-" : "+"
        let minutes = abs(offset) / 60
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(dayOfMonth, 2))"
            + "T\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))"
            + "\(sign)\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))"
    }

    /// Year, month and day of the month. Counted in years that begin on 1 March, so that the leap day is the last, within
    /// eras of 400 years (146,097 days).
    private var date: (Int64, Int64, Int64) {
        let shifted = day + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
