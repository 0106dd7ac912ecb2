import Wire

/// A call of a legacy client on a service that asks by value: the client is asked while its request waits, then the call
/// is made again with the answers, until it is complete.
///
/// A value: it says what to do with each outcome. Consent to visit a URL is not the end of the visit, so the same URL is
/// not asked for twice: the call is tried again after a while instead.
struct AskLoop: Sendable {
    /// What an outcome leads to.
    enum Step: Sendable {
        /// Ask these, wait that long, then make the call again.
        case ask([PendingAsk], thenWait: Duration)
        /// The service asks too often.
        case giveUp
    }

    /// The most rounds in one call.
    static let maximumRounds = 16
    private static let shortestWait = Duration.milliseconds(250)
    private static let longestWait = Duration.seconds(8)

    private var rounds = 0
    /// How often in a row nothing but time was wanted.
    private var waits = 0
    /// The URLs that the user agreed to visit.
    private var consented: Set<String> = []
    /// The answers that need no question.
    private(set) var known: [AskKey: Answer] = [:]

    /// The service needs answers, or time.
    mutating func needs(_ asks: [PendingAsk]) -> Step {
        rounds += 1
        guard rounds <= Self.maximumRounds else { return .giveUp }
        known = [:]
        var open: [PendingAsk] = []
        for pending in asks {
            if let url = pending.ask.url, consented.contains(url) {
                known[pending.key] = .result(["action": "accept"])
            } else {
                open.append(pending)
            }
        }
        guard open.isEmpty else {
            waits = 0
            return .ask(open, thenWait: .zero)
        }
        waits += 1
        let factor = 1 << min(waits - 1, 10)
        return .ask([], thenWait: min(Self.shortestWait * factor, Self.longestWait))
    }

    /// The client answered; returns the answers that the call is made again with.
    mutating func answered(_ answers: [AskKey: Answer], to asks: [PendingAsk]) -> [AskKey: Answer] {
        for pending in asks {
            guard let url = pending.ask.url, case .result(let result)? = answers[pending.key],
                result["action"]?.stringValue == "accept"
            else { continue }
            consented.insert(url)
        }
        return known.merging(answers) { _, answer in answer }
    }
}

extension Ask {
    /// The URL that an elicitation sends the user to.
    var url: String? {
        guard case .elicit(let params) = self, params["mode"]?.stringValue == "url" else { return nil }
        return params["url"]?.stringValue
    }
}
