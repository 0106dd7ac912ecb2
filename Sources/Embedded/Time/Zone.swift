import Foundation

/// A time zone of the IANA database, under the name it was asked for.
struct Zone: Sendable {
    /// The longest name that is looked at, in bytes.
    private static let maximumNameBytes = 64
    /// Zones of the database whose names have no slash and that Foundation's list of known names leaves out.
    private static let shortNames: Set<String> = [
        "UTC", "GMT", "CET", "EET", "MET", "WET", "EST", "HST", "MST", "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT",
    ]
    private static let knownNames = Set(TimeZone.knownTimeZoneIdentifiers).union(shortNames)

    let name: String
    private let rules: TimeZone

    /// Coordinated Universal Time.
    static let utc = Zone(name: "UTC", rules: .gmt)

    private init(name: String, rules: TimeZone) {
        self.name = name
        self.rules = rules
    }

    /// The zone of exactly that name; nil where the database has none.
    ///
    /// Foundation alone would take abbreviations (`PST`) and offsets (`GMT+5`) as well, which are no IANA names. Its list
    /// of known names lacks aliases such as `Asia/Kolkata`, which it takes.
    init?(_ name: String) {
        let isPlausible =
            name.utf8.count <= Self.maximumNameBytes
            && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            && (name.contains("/") || Self.knownNames.contains(name))
        guard isPlausible, let rules = TimeZone(identifier: name) else { return nil }
        self.init(name: name, rules: rules)
    }

    /// Seconds east of UTC at that second since 1970.
    func offset(at second: Int64) -> Int64 {
        Int64(rules.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second))))
    }

    /// Whether daylight saving time is in force at that second since 1970.
    func isDaylightSaving(at second: Int64) -> Bool {
        rules.isDaylightSavingTime(for: Date(timeIntervalSince1970: Double(second)))
    }

    /// The second at which the clocks of this zone show a local time, given as seconds since 1970 by those clocks.
    ///
    /// A time that is shown twice (clocks set back) is its first; one that is left out (clocks set forward) is as long
    /// after the gap's beginning as it would be without one, so the clocks then show a later time.
    func second(showing local: Int64) -> Int64 {
        let day: Int64 = 86_400
        let before = offset(at: local - offset(at: local) - day)
        let after = offset(at: local - offset(at: local) + day)
        if offset(at: local - before) == before { return local - before }
        if offset(at: local - after) == after { return local - after }
        return local - before
    }
}
