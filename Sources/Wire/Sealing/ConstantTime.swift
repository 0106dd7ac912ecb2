/// Comparison in time that does not depend on where two values differ.
public enum ConstantTime {
    /// Whether two texts have the same bytes. Only whether their lengths differ can be measured.
    public static func equal(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
