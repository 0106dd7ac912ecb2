public import Wire

/// A JSON object that keeps the form it came in: a tree where one was built, else the bytes of its text.
///
/// What is only passed on is never decoded, so that unknown members, number texts and escapes leave as they came.
public struct RawObject: Sendable {
    private enum Form: Sendable {
        case tree(JSONObject)
        case text([UInt8], JSONObject)
    }

    private var form: Form

    /// The object with those members.
    public init(_ object: JSONObject = JSONObject()) { form = .tree(object) }

    /// The object in that text, whose bytes are kept as long as no member is set.
    /// - Throws: `JSONError` where the text is no JSON object within the limits.
    public init(bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        guard case .object(let object) = try JSON.parse(bytes, limits: limits) else {
            throw JSONError(code: .notAnObject, offset: 0, path: JSONPointer(tokens: []), message: "an object was expected")
        }
        form = .text(bytes, object)
    }

    /// The members.
    public var object: JSONObject {
        switch form {
        case .tree(let object), .text(_, let object): object
        }
    }

    /// A member. Setting one gives up the original text.
    public subscript(name: String) -> JSON? {
        get { object[name] }
        set {
            var object = self.object
            form = .tree(JSONObject())
            object[name] = newValue
            form = .tree(object)
        }
    }

    /// The object as JSON text: the original bytes where nothing was changed.
    public func serializedBytes() -> [UInt8] {
        switch form {
        case .tree(let object): JSON.object(object).serializedBytes()
        case .text(let bytes, _): bytes
        }
    }
}

extension RawObject: ExpressibleByDictionaryLiteral {
    /// The object with those members.
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(JSONObject(elements)) }
}
