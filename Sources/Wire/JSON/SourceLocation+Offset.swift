extension SourceLocation {
    /// The place of a byte in a text in UTF-8: lines end with LF, CR LF or CR, and bytes that continue a character are no columns of
    /// their own. Takes time linear in `offset`; one past the end means the end.
    public init(ofByte offset: Int, in bytes: UnsafeRawBufferPointer) {
        var walk = SourceWalk()
        walk.advance(to: min(offset, bytes.count), in: bytes)
        self = walk.location
    }
}

/// Goes through a text once and knows the line and the column it is at.
struct SourceWalk {
    private var position = 0
    private var line = 1
    private var column = 1

    /// Where it is.
    var location: SourceLocation { SourceLocation(line: line, column: column) }

    /// Goes on to an offset that is not before the last one, and within the bytes.
    mutating func advance(to offset: Int, in bytes: UnsafeRawBufferPointer) {
        while position < offset {
            let byte = bytes[position]
            position += 1
            let endsLine =
                byte == Byte.lineFeed
                || byte == Byte.carriageReturn && (position == bytes.count || bytes[position] != Byte.lineFeed)
            if endsLine {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
    }
}
