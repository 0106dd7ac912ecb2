internal import Wire

/// A message item of a stream that hasn't ended.
struct ResponsesOpenMessage: Sendable {
    var id: String
    var own: JSONObject
    var choice: Int
    /// The finished parts; null while one is open.
    var content: [JSON] = []
    var openParts = 0
}

/// A block of a stream that hasn't ended.
struct ResponsesOpenPart: Sendable {
    enum Kind {
        case text, refusal, summary, thoughts, call
        /// An item that has no pieces.
        case whole
        /// A block that this format has no item for.
        case nothing
    }

    var place: BlockPlace
    var block: Block
    var kind: Kind
    /// The item's id, its place in the output, and the part's place in the item.
    var id = ""
    var output = 0
    var content = 0
    var text = ""
    /// Whether the part of an item of reasoning was begun: thoughts without a text have none.
    var hasPart = false
    var annotations: [JSON] = []
    var logprobs: [JSON] = []
    var opaque: OpaqueReasoning?
    /// Whether the arguments are an object that holds the text of a custom tool: it can be taken out at the end only.
    var isReshaped = false
    /// The event of a piece up to its text.
    var deltaPrefix: [UInt8] = []
}
