internal import Directory
internal import Wire

/// Other names under which the operator offers models: the option `ModelAliases`, an object of names.
///
/// A name that is a model is never an alias; one is looked for only where there is no such model. What an
/// alias leads to must be a model: aliases of aliases aren't followed.
struct ModelAliases: Sendable {
    static let option = "ModelAliases"
    /// More than anybody gives; the rest is not read.
    static let mostNames = 10_000

    private let names: ModelNameMap

    /// - Parameter text: the option's text. What isn't an object of strings is left aside.
    init(option text: String?) {
        guard let text, let object = try? JSON.parse(text).objectValue else {
            self.names = ModelNameMap([])
            return
        }
        self.names = ModelNameMap(
            object.prefix(Self.mostNames).compactMap { name, value in value.stringValue.map { (name, $0) } })
    }

    /// The model that a name stands for; nil = none.
    func model(for name: String) -> String? { self.names[name] }
}
