/// The forms that a provider's key may have, and where its parts go.
///
/// A form is a text with names in braces: `{account_id}|{api_token}`. The part named `key`, or else the whole text, is the credential.
public struct ProviderKey: Sendable, Hashable {
    /// Where a part goes beside the credential. One without a use takes the place of its name in braces in the version path.
    public enum Use: Sendable, Hashable {
        case header(String)
        case query(String)
    }

    /// The parts of a key, by name.
    struct Parts: Sendable, Hashable {
        /// The text that authenticates.
        var credential: String
        var byName: [String: String]
    }

    /// The forms, in the order in which they are tried.
    public var forms: [String]
    /// Whether the provider also answers without one.
    public var mayBeEmpty: Bool
    public var uses: [String: Use]

    private let pieces: [[Piece]]

    /// A part of a form.
    private enum Piece: Sendable, Hashable {
        case literal(String)
        case name(String)
    }

    /// Any text.
    public static let free = ProviderKey(forms: ["{key}"], mayBeEmpty: false, uses: [:])

    /// - Parameter forms: well-formed by `isForm`.
    init(forms: [String], mayBeEmpty: Bool, uses: [String: Use]) {
        self.forms = forms
        self.mayBeEmpty = mayBeEmpty
        self.uses = uses
        self.pieces = forms.map { Self.pieces(of: $0) ?? [] }
    }

    /// Whether a text is a form: names in braces, with text between any two.
    static func isForm(_ text: String) -> Bool { self.pieces(of: text) != nil }

    /// The names in a form.
    static func names(in form: String) -> [String] {
        (self.pieces(of: form) ?? []).compactMap { piece in if case .name(let name) = piece { name } else { nil } }
    }

    /// Takes a key apart.
    ///
    /// - Throws: a `ChannelFault` that says which forms there are, and never what the key is.
    func parts(of key: String) throws(ChannelFault) -> Parts {
        guard key.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) else {
            // It goes into a header: with a line break in it, it would be two.
            throw ChannelFault("key", "expected a text without line breaks, control and non-ASCII characters")
        }
        if key.isEmpty, self.mayBeEmpty { return Parts(credential: "", byName: [:]) }
        for pieces in self.pieces {
            if let parts = self.match(key, pieces) { return Parts(credential: parts["key"] ?? key, byName: parts) }
        }
        throw ChannelFault("key", "expected \(self.expectation)")
    }

    /// The forms as a person reads them.
    public var expectation: String {
        let forms = self.forms.map { $0 == "{key}" ? "a key" : $0.replacing("{", with: "<").replacing("}", with: ">") }
        return forms.joined(separator: ", or ") + (forms == ["a key"] ? " that isn't empty" : "")
    }

    private func match(_ key: String, _ pieces: [Piece]) -> [String: String]? {
        var rest = key[...]
        var parts: [String: String] = [:]
        for (index, piece) in pieces.enumerated() {
            switch piece {
            case .literal(let text):
                guard rest.hasPrefix(text) else { return nil }
                rest = rest.dropFirst(text.count)
            case .name(let name):
                var value = rest
                if index + 1 < pieces.count, case .literal(let next) = pieces[index + 1] {
                    guard let end = rest.firstRange(of: next) else { return nil }
                    value = rest[..<end.lowerBound]
                }
                // A bar parts: where some form has one, `a|` is no key of another form.
                guard !value.isEmpty, !self.isParted || !value.contains("|") else { return nil }
                parts[name] = String(value)
                rest = rest[value.endIndex...]
            }
        }
        return rest.isEmpty ? parts : nil
    }

    private var isParted: Bool { self.forms.contains { $0.contains("|") } }

    private static func pieces(of form: String) -> [Piece]? {
        var pieces: [Piece] = []
        var rest = form[...]
        while !rest.isEmpty {
            if rest.first == "{" {
                guard let end = rest.firstIndex(of: "}") else { return nil }
                let name = rest[rest.index(after: rest.startIndex)..<end]
                if case .name = pieces.last { return nil }
                guard !name.isEmpty, name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x5F }) else { return nil }
                pieces.append(.name(String(name)))
                rest = rest[rest.index(after: end)...]
            } else {
                let end = rest.firstIndex(of: "{") ?? rest.endIndex
                pieces.append(.literal(String(rest[..<end])))
                rest = rest[end...]
            }
        }
        return pieces.contains { if case .name = $0 { true } else { false } } ? pieces : nil
    }
}
