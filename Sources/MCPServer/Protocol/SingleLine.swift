/// JSON text for transports that end a message at a line feed (stdio, the data lines of an event stream).
package enum SingleLine {
    /// The text without line ends. A string in JSON text never holds a raw one, so each is blank space between values.
    package static func text(_ json: [UInt8]) -> [UInt8] {
        guard json.contains(where: isLineEnd) else { return json }
        return json.map { isLineEnd($0) ? UInt8(ascii: " ") : $0 }
    }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
}
