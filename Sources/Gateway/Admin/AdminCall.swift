internal import HTTPTypes
internal import Wire

/// One request of the admin API, read whole.
struct AdminCall: Sendable {
    /// What the placeholders of the path stand for, by name.
    let parameters: [String: String]
    let query: QueryParameters
    /// The request's host, as the client wrote it.
    let host: String
    let body: [UInt8]

    /// The text of a placeholder.
    func text(_ name: String) -> String { parameters[name] ?? "" }

    /// The number of a placeholder.
    func number(_ name: String) throws(AdminFailure) -> Int64 {
        guard let number = Int64(text(name)) else { throw .wrong(name, expected: "a whole number in the path") }
        return number
    }

    /// The body as an object; an absent one counts as empty.
    func object() throws(AdminFailure) -> BodyObject {
        guard let value = try json() else { return BodyObject(JSONObject()) }
        guard let object = value.objectValue else { throw .wrong("body", expected: "a JSON object") }
        return BodyObject(object)
    }

    /// The body as a list of objects.
    func objects(atMost limit: Int = 1000) throws(AdminFailure) -> [BodyObject] {
        guard let elements = try json()?.arrayValue, elements.count <= limit else {
            throw .wrong("body", expected: "a JSON array of at most \(limit) objects")
        }
        var objects: [BodyObject] = []
        for (index, element) in elements.enumerated() {
            guard let object = element.objectValue else { throw .wrong("body[\(index)]", expected: "an object") }
            objects.append(BodyObject(object, path: "body[\(index)]."))
        }
        return objects
    }

    /// The body as a list of texts.
    func texts(atMost limit: Int = 1000) throws(AdminFailure) -> [String] {
        guard let elements = try json()?.arrayValue, elements.count <= limit else {
            throw .wrong("body", expected: "a JSON array of at most \(limit) texts")
        }
        let texts = elements.compactMap(\.stringValue)
        guard texts.count == elements.count else { throw .wrong("body", expected: "a JSON array of texts") }
        return texts
    }

    /// The body as a list of ids.
    func numbers(atMost limit: Int = 1000) throws(AdminFailure) -> [Int64] {
        guard let elements = try json()?.arrayValue, elements.count <= limit else {
            throw .wrong("body", expected: "a JSON array of at most \(limit) whole numbers")
        }
        let numbers = elements.compactMap(\.int64Value)
        guard numbers.count == elements.count else { throw .wrong("body", expected: "a JSON array of whole numbers") }
        return numbers
    }

    private func json() throws(AdminFailure) -> JSON? {
        if body.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0a || $0 == 0x0d }) { return nil }
        do {
            return try JSON.parse(body, limits: JSONLimits(maximumDepth: 64, maximumBytes: body.count))
        } catch {
            throw AdminFailure(error)
        }
    }
}
