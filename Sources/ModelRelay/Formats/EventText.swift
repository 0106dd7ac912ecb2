internal import Wire

/// The text of stream events, written without a tree in between.
extension [UInt8] {
    mutating func write(_ text: StaticString) {
        self.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A JSON string with its quotes.
    mutating func write(jsonString text: String) { JSON.writeString(text, to: &self) }

    mutating func write(_ number: Int) { self.append(contentsOf: String(number).utf8) }

    /// Disfavoured, because a literal is no JSON value here but text.
    @_disfavoredOverload
    mutating func write(_ json: JSON) { self.append(contentsOf: json.serializedBytes()) }
}
