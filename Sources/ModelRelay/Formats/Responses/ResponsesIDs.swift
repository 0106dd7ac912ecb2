internal import Wire

/// The ids of an answer and of its items: the upstream's where it is a responses one, else made of the request's.
///
/// They follow from the answer and the item's number alone, so that a stream and the whole answer agree.
struct ResponsesIDs: Sendable {
    /// What the API takes for an id.
    private static let greatestLength = 64

    let response: String
    private let base: String
    private var taken: Set<String> = []

    init(answerID: String, requestID: String) {
        if answerID.hasPrefix("resp_"), answerID.utf8.count <= Self.greatestLength {
            self.response = answerID
        } else {
            self.response = "resp_\(requestID)"
        }
        // Room for the longest prefix and the number.
        self.base = String(self.response.dropFirst("resp_".count).prefix(48))
    }

    /// - Parameters:
    ///   - prefix: `msg`, `rs`, `fc`, `ctc`, `ig`.
    ///   - own: the id that the item has already.
    ///   - index: its place in the output.
    mutating func item(_ prefix: String, own: String?, index: Int) -> String {
        // An upstream's item of which two were made keeps its id in the first.
        if let own, own.hasPrefix("\(prefix)_"), own.utf8.count <= Self.greatestLength, self.taken.insert(own).inserted {
            return own
        }
        return "\(prefix)_\(self.base)_\(index)"
    }
}
