/// A configuration value that an embedded server takes: what it is, and who gives it.
public struct ConfigTemplate: Sendable {
    /// Who gives the value, and whether the server runs without it.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The operator may give it.
        case initOptional
        /// Each group may give its own.
        case reusingOptional
        /// The operator must give it.
        case initOnly
        /// Each group must give its own.
        case reusingOnly
        /// The operator gives it for all, or else each group its own.
        case initOrReusingOnly

        /// Whether the server can't run without it.
        public var isRequired: Bool {
            switch self {
            case .initOptional, .reusingOptional: false
            case .initOnly, .reusingOnly, .initOrReusingOnly: true
            }
        }

        /// Whether the operator may give it when enabling the server.
        public var isTakenAtInit: Bool {
            switch self {
            case .initOptional, .initOnly, .initOrReusingOnly: true
            case .reusingOptional, .reusingOnly: false
            }
        }

        /// Whether a group may give it.
        public var isTakenForReuse: Bool {
            switch self {
            case .reusingOptional, .reusingOnly, .initOrReusingOnly: true
            case .initOptional, .initOnly: false
            }
        }
    }

    /// The key.
    public let name: String
    /// Who gives it.
    public let kind: Kind
    /// For a person: what the value does.
    public let description: String
    /// A value that would be good.
    public let example: String
    /// What counts where nothing is given.
    public let defaultValue: String?
    /// What was expected instead; nil for a good value.
    let fault: @Sendable (String) -> String?

    /// A template.
    ///
    /// - Parameter fault: says what was expected where it is given a bad value, else nil.
    init(
        _ name: String, _ kind: Kind, description: String, example: String, defaultValue: String? = nil,
        fault: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        self.name = name
        self.kind = kind
        self.description = description
        self.example = example
        self.defaultValue = defaultValue
        self.fault = fault
    }
}
