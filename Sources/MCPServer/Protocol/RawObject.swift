internal import Synchronization
public import Wire

/// A JSON object that keeps the form it came in: a tree where one was built, else the bytes of its text.
///
/// What is only passed on is never decoded, so that unknown members, number texts and escapes leave as they came. A text
/// is decoded once, when a member is first asked for.
public struct RawObject: Sendable {
    private enum Form: Sendable {
        case tree(JSONObject)
        case text(RawText)
    }

    private var form: Form

    /// The object with those members.
    public init(_ object: JSONObject = JSONObject()) { form = .tree(object) }

    /// The object in that text, whose bytes are kept as long as no member is set.
    ///
    /// Only the grammar is checked here. Of a name that occurs twice inside, the last value is read.
    /// - Throws: `JSONError` where the text is no JSON object within the limits.
    public init(bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        try bytes.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in _ = try JSONScanner.scan(bytes, for: Self.noNames, limits: limits) }
        }.get()
        self.init(checked: bytes)
    }

    /// The object in a text that a scan has found to be one.
    package init(checked bytes: [UInt8]) { form = .text(RawText(bytes)) }

    private static let noNames = MemberNames([])

    /// The members.
    public var object: JSONObject {
        switch form {
        case .tree(let object): object
        case .text(let text): text.object
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
        case .text(let text): text.bytes
        }
    }

    /// Appends the object as JSON text.
    package func write(to output: inout [UInt8]) {
        switch form {
        case .tree(let object): JSON.object(object).write(to: &output)
        case .text(let text): output += text.bytes
        }
    }

    /// The original text, where there is one.
    package var text: [UInt8]? { if case .text(let text) = form { text.bytes } else { nil } }
}

extension RawObject: ExpressibleByDictionaryLiteral {
    /// The object with those members.
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(JSONObject(elements)) }
}

/// The text of an object, and its tree once somebody wanted it.
private final class RawText: Sendable {
    let bytes: [UInt8]
    private let tree = Mutex<JSONObject?>(nil)

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var object: JSONObject {
        tree.withLock { tree in
            if let tree { return tree }
            // A scan has checked the grammar under limits of its own, so this can't fail.
            let limits = JSONLimits(
                maximumDepth: JSONLimits.greatestDepth, maximumBytes: bytes.count, duplicateNames: .lastWins)
            let object = (try? JSON.parse(bytes, limits: limits))?.objectValue ?? JSONObject()
            tree = object
            return object
        }
    }
}
