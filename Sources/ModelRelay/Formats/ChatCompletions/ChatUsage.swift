internal import Ledger
internal import Wire

/// Reads the `usage` object of a chat completion.
enum ChatUsage {
    /// - Returns: nil where `bytes` is no usage object.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Usage? { UsageRules.chatCompletions.usage(bytes) }

    /// What a call probably used where the upstream doesn't say: a token for four bytes.
    static func estimate(inputBytes: Int, outputBytes: Int) -> Usage {
        var usage = Usage()
        usage.input = Int64((inputBytes + 3) / 4)
        usage.output = Int64((outputBytes + 3) / 4)
        usage.total = usage.input + usage.output
        return usage
    }
}
