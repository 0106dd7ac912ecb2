/// Names of models to other names: `gpt-4*` to `claude-sonnet-4`, `vendor/*` to `*`. The first `*` of the other name is replaced by what
/// the first one's stands for.
public struct ModelNameMap: Sendable {
    private let table: ModelNameTable<String>

    /// A map of names and patterns to names.
    public init(_ names: some Sequence<(String, String)>) { table = ModelNameTable(names) }

    /// The other name; nil where nothing is said of this one, or where what is said would be an empty name.
    public subscript(name: String) -> String? {
        guard let (target, matched) = table[name] else { return nil }
        guard let matched, let star = target.firstIndex(of: "*") else { return target }
        let result = target[..<star] + matched + target[target.index(after: star)...]
        return result.isEmpty ? nil : String(result)
    }
}
