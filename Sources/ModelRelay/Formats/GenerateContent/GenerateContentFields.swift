internal import Wire

/// Reading of requests by the JSON mapping of protocol buffers, as Google's APIs take it: a member has two spellings
/// (`inlineData`, `inline_data`), one element may stand for a list of one, whole numbers may be strings.
extension Member {
    /// The members that are not null, under their names in lower camel case.
    /// - Throws: where this is no object, or a member is there in both spellings.
    func fields() throws(RelayError) -> [(name: String, value: Member)] {
        let object = try self.object()
        var fields: [(name: String, value: Member)] = []
        fields.reserveCapacity(object.count)
        for (name, json) in object where !json.isNull {
            let value = Member(json, place: self.place.isEmpty ? name : "\(self.place).\(name)")
            guard let camel = Self.lowerCamel(name) else {
                fields.append((name, value))
                continue
            }
            guard !object.contains(camel) else { throw value.unacceptable("stands there in both of its spellings") }
            fields.append((camel, value))
        }
        return fields
    }

    /// The elements of a list; a single object counts as a list of one.
    func list() throws(RelayError) -> [Member] {
        if case .object = self.json { return [self] }
        return try self.elements()
    }

    /// A whole number, which may be written as a string.
    func wholeNumber() throws(RelayError) -> Int64 {
        if case .string(let text) = self.json, let value = Int64(text) { return value }
        return try self.integer()
    }

    /// The name of an enumeration's value, in upper case.
    func enumeration() throws(RelayError) -> String { try self.string().uppercased() }

    /// Base64 in the standard alphabet: the official clients send the URL-safe one, which other APIs refuse.
    func base64() throws(RelayError) -> String {
        let text = try self.string()
        guard let standard = Base64Text.standard(text) else { throw self.unacceptable("is no Base64") }
        return standard
    }

    /// `snake_case` as `snakeCase`; nil for a name without an underscore.
    private static func lowerCamel(_ name: String) -> String? {
        guard name.utf8.contains(UInt8(ascii: "_")) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        var isAfterUnderscore = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "_") {
                isAfterUnderscore = true
            } else {
                let isLower = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
                bytes.append(isAfterUnderscore && isLower ? byte & 0xDF : byte)
                isAfterUnderscore = false
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
