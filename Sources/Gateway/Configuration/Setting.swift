/// One thing an operator can set: its names, its form, what it is for, and how it is read.
///
/// One table of these drives the reading of the environment, the reading of the file, and the documentation.
public struct Setting: Sendable {
    /// The environment variables that set it; the first is the one to use.
    public let variables: [String]
    /// Its place in the configuration file, with dots between the levels; nil = it can't stand there.
    public let key: String?
    /// What a value must be: completes "... is not".
    public let form: String
    /// What holds where it is not set.
    public let defaultText: String
    /// What it does, in a sentence.
    public let summary: String
    /// Whether its value must never be shown.
    public let isSecret: Bool

    /// Whether it is read and checked, but not acted on yet.
    var hasNoEffectYet: Bool { variables.first.map(Configuration.settingsWithoutEffect.contains) ?? false }

    /// Puts a value into the configuration; false where it has not the form.
    let apply: @Sendable (_ value: SettingValue, _ configuration: inout Configuration) -> Bool

    init(
        _ variables: [String], key: String?, form: String, default defaultText: String, secret isSecret: Bool = false,
        _ summary: String, apply: @escaping @Sendable (SettingValue, inout Configuration) -> Bool
    ) {
        self.variables = variables
        self.key = key
        self.form = form
        self.defaultText = defaultText
        self.summary = summary
        self.isSecret = isSecret
        self.apply = apply
    }
}

/// What was given for a setting: one text, or (in the file only) a list of texts.
enum SettingValue: Sendable, Equatable {
    case text(String)
    case list([String])

    var single: String? { if case .text(let text) = self { text } else { nil } }

    /// The elements; a text is split at commas, as an environment variable can't hold a list otherwise.
    var elements: [String] {
        switch self {
        case .list(let texts): texts
        case .text(let text): text.split(separator: ",").map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
        }
    }

    /// How a message shows it.
    var shown: String {
        switch self {
        case .text(let text): text
        case .list(let texts): texts.joined(separator: ", ")
        }
    }
}

extension StringProtocol {
    /// The text without spaces, tabs and line ends at its ends.
    func trimmingSpaces() -> String {
        func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r" }
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !isSpace($0) }), let last = scalars.lastIndex(where: { !isSpace($0) })
        else {
            return ""
        }
        return String(self[first...last])
    }
}
