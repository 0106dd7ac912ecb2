/// Writes a server-sent event stream (WHATWG HTML section 9.2.5). What it writes never breaks out of its field.
public enum SSEWriter {
    /// Appends an event and its closing blank line. Data is split at every kind of line end; from type and identifier line
    /// ends are left out, from the identifier also zero bytes, with which a reader would ignore it.
    public static func write(_ event: SSEEvent, to output: inout [UInt8]) {
        if let type = event.type { writeField("event", inOneLine: type, to: &output) }
        if let id = event.id { writeField("id", inOneLine: id.filter { $0 != "\0" }, to: &output) }
        if let retry = event.retryMilliseconds, retry >= 0 { writeField("retry", inOneLine: String(retry), to: &output) }
        var data = event.data
        data.withUTF8 { writeLines("data: ", UnsafeRawBufferPointer($0), to: &output) }
        output.append(Byte.lineFeed)
    }

    /// Appends an event that has nothing but data.
    public static func write(data: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        writeLines("data: ", data, to: &output)
        output.append(Byte.lineFeed)
    }

    /// Appends a comment, which readers ignore; an empty one keeps the connection alive.
    public static func writeComment(_ text: String, to output: inout [UInt8]) {
        var text = text
        text.withUTF8 { writeLines(": ", UnsafeRawBufferPointer($0), to: &output) }
        output.append(Byte.lineFeed)
    }

    private static func writeField(_ name: StaticString, inOneLine value: String, to output: inout [UInt8]) {
        append(name, to: &output)
        output += [Byte.colon, Byte.space]
        for byte in value.utf8 where byte != Byte.lineFeed && byte != Byte.carriageReturn { output.append(byte) }
        output.append(Byte.lineFeed)
    }

    /// Every line with the prefix before it. A space follows the colon always: a reader takes away one.
    private static func writeLines(_ prefix: StaticString, _ text: UnsafeRawBufferPointer, to output: inout [UInt8]) {
        var start = 0
        while true {
            append(prefix, to: &output)
            let rest = text[start...]
            guard let end = rest.firstIndex(where: { $0 == Byte.lineFeed || $0 == Byte.carriageReturn }) else {
                output.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest))
                output.append(Byte.lineFeed)
                return
            }
            output.append(contentsOf: UnsafeRawBufferPointer(rebasing: text[start..<end]))
            output.append(Byte.lineFeed)
            let isPair = text[end] == Byte.carriageReturn && end + 1 < text.count && text[end + 1] == Byte.lineFeed
            start = end + (isPair ? 2 : 1)
        }
    }

    private static func append(_ text: StaticString, to output: inout [UInt8]) {
        output.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
