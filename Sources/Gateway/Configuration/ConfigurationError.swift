/// A mistake in what the operator set: one line that says where, what stood there and what was expected.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The variable, `file:line:column` with the key, or the file.
    public let place: String
    /// What stood there, shortened; nil where it is secret, or where there is nothing to show.
    public let value: String?
    /// What was expected, or what is wrong.
    public let expectation: String

    /// `EX_CONFIG` of sysexits.h: the status with which a command ends on a mistake in the configuration.
    public static let exitCode: Int32 = 78

    init(place: String, value: String?, expectation: String) {
        self.place = place
        self.value = value.map(Self.shortened)
        self.expectation = expectation
    }

    public var description: String {
        let line = value.map { "\(place): \"\($0)\" is not \(expectation)" } ?? "\(place): \(expectation)"
        return line.replacingControlCharacters()
    }

    private static func shortened(_ text: String) -> String { text.count <= 80 ? text : text.prefix(80) + "…" }
}

extension String {
    /// The text with control characters as `\u{..}`, so that it stays on one line.
    func replacingControlCharacters() -> String {
        guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.properties.generalCategory == .control {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
