extension JSON {
    /// Reads one JSON text (RFC 8259, strictly: no comments, no trailing commas, no byte order mark, valid UTF-8, paired
    /// surrogates, nothing after the value), in time linear in its length.
    public static func parse(_ bytes: UnsafeRawBufferPointer, limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes, limits: limits)
        do {
            return try parser.parseDocument()
        } catch {
            throw JSONError(error, path: JSONPointer(tokens: parser.failurePath.reversed()), in: bytes)
        }
    }

    /// Reads one JSON text; see the first overload.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        try bytes.withUnsafeBytes { bytes in Result { () throws(JSONError) in try parse(bytes, limits: limits) } }.get()
    }

    /// Reads one JSON text; see the first overload.
    public static func parse(_ text: String, limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        var text = text
        return try text.withUTF8 { bytes in
            Result { () throws(JSONError) in try parse(UnsafeRawBufferPointer(bytes), limits: limits) }
        }.get()
    }

    /// Reads one JSON text from any sequence of bytes, without a copy where its storage is contiguous; see the first
    /// overload.
    public static func parse(_ bytes: some Sequence<UInt8>, limits: JSONLimits = .standard) throws(JSONError) -> JSON {
        let result = bytes.withContiguousStorageIfAvailable { bytes in
            Result { () throws(JSONError) in try parse(UnsafeRawBufferPointer(bytes), limits: limits) }
        }
        guard let result else { return try parse(Array(bytes), limits: limits) }
        return try result.get()
    }
}
