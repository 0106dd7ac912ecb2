/// What a number alone means where a time is expected.
enum TimeUnit: String, Sendable { case seconds, milliseconds }

/// `true`, `false`, and the other spellings that programs write for them.
func truthValue(_ text: String) -> Bool? {
    switch text.trimmingSpaces().lowercased() {
    case "true", "t", "1", "on", "yes": true
    case "false", "f", "0", "off", "no": false
    default: nil
    }
}

/// Bytes: a number alone, or with KiB, MiB, GiB (powers of 1024) or KB, MB, GB (powers of 1000); nil where it is none or too large.
func byteCount(_ text: String) -> Int? {
    let (number, unit) = numberAndUnit(text)
    guard let number else { return nil }
    let factor: Int? =
        switch unit.lowercased() {
        case "", "b": 1
        case "kib": 1 << 10
        case "mib": 1 << 20
        case "gib": 1 << 30
        case "kb": 1000
        case "mb": 1_000_000
        case "gb": 1_000_000_000
        default: nil
        }
    guard let factor else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
}

/// A time such as `500ms`, `30s`, `5m`, `1h`; nil where it is none or beyond 10 years.
func timeSpan(_ text: String, plainUnit: TimeUnit) -> Duration? {
    let (number, unit) = numberAndUnit(text)
    guard let number, number <= 315_360_000_000 else { return nil }
    let milliseconds: Int? =
        switch unit.lowercased() {
        case "": plainUnit == .seconds ? 1000 : 1
        case "ms": 1
        case "s": 1000
        case "m": 60_000
        case "h": 3_600_000
        default: nil
        }
    guard let milliseconds else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: milliseconds)
    return overflow || product > 315_360_000_000 ? nil : .milliseconds(product)
}

/// The size as the documentation shows it.
func sizeText(_ bytes: Int) -> String {
    for (shift, unit) in [(30, "GiB"), (20, "MiB"), (10, "KiB")] where bytes >= 1 << shift && bytes % (1 << shift) == 0 {
        return "\(bytes >> shift)\(unit)"
    }
    return String(bytes)
}

/// The time as the documentation shows it.
func durationText(_ duration: Duration) -> String {
    let milliseconds = duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000
    for (factor, unit) in [(3_600_000, "h"), (60_000, "m"), (1000, "s")] as [(Int64, String)]
    where milliseconds >= factor && milliseconds % factor == 0 {
        return "\(milliseconds / factor)\(unit)"
    }
    return "\(milliseconds)ms"
}

private func numberAndUnit(_ text: String) -> (Int?, Substring) {
    let text = Substring(text.trimmingSpaces())
    let digits = text.prefix { ("0"..."9").contains($0) }
    return (Int(digits), text[digits.endIndex...].drop { $0 == " " })
}
