internal import Wire

/// Lists and objects as they stand in TEXT columns.
enum JSONText {
    /// A list of texts.
    static func write(_ texts: [String]) -> SQLValue {
        texts.isEmpty ? .text("[]") : .text(JSON.array(texts.map(JSON.string)).serialized())
    }

    /// An object of texts, its names sorted, so that equal objects give equal text.
    static func write(_ texts: [String: String]) -> SQLValue {
        .text(JSON.object(JSONObject(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })).serialized())
    }

    static func write(_ object: JSONObject) -> SQLValue { .text(JSON.object(object).serialized()) }

    static func strings(_ text: String) throws(StorageError) -> [String] {
        if text == "[]" { return [] }
        return try parse(text).arrayValue?.compactMap(\.stringValue) ?? []
    }

    static func dictionary(_ text: String) throws(StorageError) -> [String: String] {
        var result: [String: String] = [:]
        for (name, value) in try object(text) { result[name] = value.stringValue }
        return result
    }

    static func object(_ text: String) throws(StorageError) -> JSONObject { try parse(text).objectValue ?? JSONObject() }

    private static func parse(_ text: String) throws(StorageError) -> JSON {
        do {
            return try JSON.parse(text)
        } catch {
            throw .damaged("a stored JSON text can't be read: \(error.code)")
        }
    }
}
