import Wire

/// What belongs to what on the way to one upstream: our requests, their progress, and the upstream's questions.
///
/// Ids of ours are never used again. Progress is wanted under the id of its request, so that tokens of different clients
/// can't meet on one stream.
struct Correlation<Call> {
    /// Where a question of the upstream goes.
    enum Route {
        /// To the client of that call.
        case call(Call)
        /// To no call: none is under way that may ask.
        case outside
        /// Nowhere: a question of that id waits already, or too many do.
        case refused
    }

    private struct Entry {
        let call: Call
        let mayAsk: Bool
        var progress: Double?
    }

    private struct Question {
        /// nil: it belongs to no call.
        let call: Int?
    }

    private let maximumQuestions: Int
    private var lastID: Int
    private var entries: [Int: Entry] = [:]
    private var questions: [MessageID: Question] = [:]

    /// - Parameter lastID: the last id that was used before.
    init(maximumQuestions: Int, lastID: Int = 0) {
        self.maximumQuestions = maximumQuestions
        self.lastID = lastID
    }

    /// How many calls are under way.
    var count: Int { entries.count }

    /// The calls under way.
    var calls: [Call] { entries.values.map(\.call) }

    /// An id for a request.
    mutating func nextID() -> Int {
        lastID += 1
        return lastID
    }

    /// A call begins under an id that `nextID` gave.
    mutating func begin(_ id: Int, _ call: Call, mayAsk: Bool) { entries[id] = Entry(call: call, mayAsk: mayAsk) }

    /// A call is over: its questions are returned, and die with it.
    mutating func end(_ id: Int) -> [MessageID] {
        guard entries.removeValue(forKey: id) != nil, !questions.isEmpty else { return [] }
        let orphans = questions.filter { $0.value.call == id }.map(\.key)
        for orphan in orphans { questions[orphan] = nil }
        return orphans
    }

    /// The call that a report of progress is for. Late reports and those that do not grow are for none.
    mutating func progress(_ id: Int, value: Double) -> Call? {
        guard let entry = entries[id], entry.progress.map({ $0 < value }) ?? true else { return nil }
        entries[id]?.progress = value
        return entry.call
    }

    /// The upstream asks. Where the transport does not say for which call, it is the oldest that may ask and waits for no answer
    /// yet, else the oldest that may ask: a call whose client never came back must not get the questions of those behind it. The
    /// answer goes back by the question's own id, so that a wrong guess among one client's calls does no harm.
    /// - Parameter call: the call on whose stream it asks.
    mutating func ask(_ question: MessageID, during call: Int?) -> Route {
        guard questions[question] == nil, questions.count < maximumQuestions else { return .refused }
        let owner: Int? =
            if let call, entries[call] != nil {
                entries[call]?.mayAsk == true ? call : nil
            } else {
                oldestThatMayAsk
            }
        questions[question] = Question(call: owner)
        guard let owner, let entry = entries[owner] else { return .outside }
        return .call(entry.call)
    }

    private var oldestThatMayAsk: Int? {
        let asking = Set(questions.values.compactMap(\.call))
        let able = entries.filter { $0.value.mayAsk }.map(\.key)
        return able.filter { !asking.contains($0) }.min() ?? able.min()
    }

    /// The question was answered; false where nobody waits for that any more.
    mutating func answered(_ question: MessageID) -> Bool { questions.removeValue(forKey: question) != nil }

    /// The upstream took the question back; false where it was answered already.
    mutating func withdrawn(_ question: MessageID) -> Bool { questions.removeValue(forKey: question) != nil }

    /// The call that a log entry is for, where no stream says it: the only one under way.
    var onlyCall: Call? { entries.count == 1 ? entries.first?.value.call : nil }
}
