/// Checks that all engines would otherwise make differently.
enum BoundText {
    /// PostgreSQL can't store U+0000 in a TEXT, so neither engine takes it.
    static func check(_ text: String) throws(StorageError) {
        if text.utf8.contains(0) { throw .invalid("text", "free of the character U+0000") }
    }
}

extension SQL {
    /// Refuses arguments that don't fit the placeholders: a fault of this program, found on both engines alike.
    func check(_ arguments: [SQLValue]) throws(StorageError) {
        guard arguments.count == types.count else {
            throw .internal("\(types.count) arguments expected, \(arguments.count) given")
        }
        for (argument, type) in zip(arguments, types) {
            switch (argument, type) {
            case (.null, _), (.integer, .integer), (.bytes, .bytes): continue
            case (.text(let text), .text): try BoundText.check(text)
            default: throw .internal("an argument is not of its placeholder's type")
            }
        }
    }
}
