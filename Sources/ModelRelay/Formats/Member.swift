internal import NIOHTTP1
internal import Wire

/// A value of a client's request together with its place, so that whatever is wrong with it can be told by name.
///
/// A member that is `null` counts as absent, as the APIs of all formats have it.
struct Member {
    let json: JSON
    /// As in `messages[3].content[1].image_url`; "" for the whole request.
    let place: String

    init(_ json: JSON, place: String = "") {
        self.json = json
        self.place = place
    }

    /// The member of that name, unless it is absent or null.
    /// - Throws: where this is no object.
    func member(_ name: String) throws(RelayError) -> Member? {
        guard case .object(let object) = self.json else { throw self.wrong("an object") }
        guard let value = object[name], !value.isNull else { return nil }
        return Member(value, place: self.place(of: name))
    }

    /// - Throws: where it is absent too.
    func required(_ name: String) throws(RelayError) -> Member {
        if let member = try self.member(name) { return member }
        let place = self.place(of: name)
        throw RelayError(.badRequest, code: "missing_required_parameter", parameter: place, "`\(place)` is missing")
    }

    /// The elements, each with its place.
    func elements() throws(RelayError) -> [Member] {
        guard case .array(let values) = self.json else { throw self.wrong("an array") }
        return values.enumerated().map { Member($1, place: "\(self.place)[\($0)]") }
    }

    func object() throws(RelayError) -> JSONObject {
        guard case .object(let object) = self.json else { throw self.wrong("an object") }
        return object
    }

    func string() throws(RelayError) -> String {
        guard case .string(let text) = self.json else { throw self.wrong("a string") }
        return text
    }

    func bool() throws(RelayError) -> Bool {
        guard case .bool(let value) = self.json else { throw self.wrong("true or false") }
        return value
    }

    func integer() throws(RelayError) -> Int64 {
        guard let value = self.json.int64Value else { throw self.wrong("a whole number") }
        return value
    }

    func number() throws(RelayError) -> JSONNumber {
        guard case .number(let value) = self.json else { throw self.wrong("a number") }
        return value
    }

    func wrong(_ expected: String) -> RelayError {
        let name = self.place.isEmpty ? "the request's body" : "`\(self.place)`"
        return RelayError(
            .badRequest, code: "invalid_type", parameter: self.place.isEmpty ? nil : self.place, "\(name) must be \(expected)")
    }

    /// A value of the right type that can't be taken.
    func unacceptable(_ reason: String) -> RelayError {
        RelayError(.badRequest, code: "invalid_value", parameter: self.place, "`\(self.place)` \(reason)")
    }

    private func place(of name: String) -> String { self.place.isEmpty ? name : "\(self.place).\(name)" }
}
