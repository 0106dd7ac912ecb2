/// The fields between two blank lines of an event stream.
struct SSEBlock: Sendable {
    private var type: String?
    /// The data lines with line feeds between them; nil as long as there was none.
    private var data: [UInt8]?
    private(set) var id: String?
    private(set) var retryMilliseconds: Int?
    /// How many bytes of fields were taken.
    private(set) var size = 0

    var isEmpty: Bool { size == 0 }

    /// The event, unless there was no data.
    var event: SSEEvent? {
        data.map { data in
            SSEEvent(
                type: type, data: String(decoding: data, as: UTF8.self), id: id,
                retryMilliseconds: retryMilliseconds)
        }
    }

    /// Takes a line that is neither blank nor a comment.
    mutating func takeField(_ line: UnsafeRawBufferPointer) {
        size += line.count
        let colon = line.firstIndex(of: Byte.colon) ?? line.count
        var start = min(colon + 1, line.count)
        if start < line.count, line[start] == Byte.space { start += 1 }
        let value = UnsafeRawBufferPointer(rebasing: line[start...])
        if Self.isName(line, colon, "data") {
            // The line feed goes between lines, so it is known only now whether the line before it has one.
            if data == nil { data = [] } else { data?.append(Byte.lineFeed) }
            data?.append(contentsOf: value)
        } else if Self.isName(line, colon, "event") {
            // An empty type is none.
            type = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        } else if Self.isName(line, colon, "id") {
            if !value.contains(0) { id = String(decoding: value, as: UTF8.self) }
        } else if Self.isName(line, colon, "retry") {
            guard !value.isEmpty, value.allSatisfy({ Byte.zero...Byte.nine ~= $0 }) else { return }
            if let milliseconds = Int(String(decoding: value, as: UTF8.self)) { retryMilliseconds = milliseconds }
        }
    }

    @inline(__always)
    private static func isName(_ line: UnsafeRawBufferPointer, _ length: Int, _ name: StaticString) -> Bool {
        guard length == name.utf8CodeUnitCount else { return false }
        for index in 0..<length where line[index] != name.utf8Start[index] { return false }
        return true
    }
}
