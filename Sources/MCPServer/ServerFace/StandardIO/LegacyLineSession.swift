/// The one legacy client that a process may have on its standard input and output.
protocol LegacyLineSession: Sendable {
    /// What was negotiated; nil before `initialize` was answered.
    var revision: Revision? { get }

    /// Takes a message that claims no revision, and returns once it is dealt with: a request once it is answered, by
    /// `port.answer` or `port.end`. Cancelling the task says that the input has ended.
    func receive(_ message: Message, port: any AnswerPort) async

    /// The input has ended: nothing comes any more, and nothing can be asked.
    func close()
}
