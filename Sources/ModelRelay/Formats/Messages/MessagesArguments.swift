internal import Wire

/// Arguments of a call, which are text to other formats and an object to this one.
enum MessagesArguments {
    /// What a model wrote may be cut or malformed, and a history has to be sent all the same: such a text is kept in a member.
    static func object(ofText text: String) -> JSONObject {
        if text.allSatisfy(\.isWhitespace) { return [:] }
        let limits = JSONLimits(duplicateNames: .lastWins)
        switch try? JSON.parse(text, limits: limits) {
        case .object(let object)?: return object
        case .null?: return [:]
        default: return CustomToolShape.arguments(ofText: text)
        }
    }
}
