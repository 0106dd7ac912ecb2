/// Why a call's arguments can't become a request: something that the caller may put right. It never repeats a value.
struct CallFault: Error, Sendable, Hashable {
    /// The argument that is wrong; nil where it is none of them.
    let argument: String?
    /// What is wrong and what was expected, as the rest of a sentence that begins with the argument's name.
    let message: String

    init(_ argument: String?, _ message: String) {
        self.argument = argument
        self.message = message
    }
}

extension CallFault: CustomStringConvertible {
    /// One sentence without a full stop.
    var description: String {
        guard let argument else { return message }
        return "the argument \(argument.prefix(100)) \(message)"
    }
}
