/// The value of `Date`, made anew once a second (RFC 9110 §5.6.7, §6.6.1).
struct DateHeader {
    private var second = Int64.min
    private var text = ""

    /// - Parameter milliseconds: since 1970.
    mutating func text(at milliseconds: Int64) -> String {
        let second = max(0, milliseconds / 1000)
        if second != self.second {
            self.second = second
            self.text = Self.format(second: second)
        }
        return self.text
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func format(second: Int64) -> String {
        let time = Timestamp.text(milliseconds: second * 1000)
        func field(_ offset: Int, _ length: Int) -> Substring { time.dropFirst(offset).prefix(length) }
        let month = Int(field(5, 2)).map { self.months[$0 - 1] } ?? ""
        // The first of January 1970 was a Thursday.
        let weekday = self.weekdays[Int((second / 86_400 + 4) % 7)]
        return "\(weekday), \(field(8, 2)) \(month) \(field(0, 4)) \(field(11, 8)) GMT"
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
