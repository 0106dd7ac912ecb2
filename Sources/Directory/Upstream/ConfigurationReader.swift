internal import Wire

/// Reads the members of a configuration strictly; a fault names the member by its whole path. A member that is null, or an empty text, is
/// as good as none.
struct ConfigurationReader {
    private let object: JSONObject
    /// What the object itself is called.
    let place: String

    init(_ object: JSONObject, at place: String) {
        self.object = object
        self.place = place
    }

    func value(_ name: String) -> JSON? {
        guard let value = object[name], !value.isNull, value != "" else { return nil }
        return value
    }

    func text(_ name: String, fitting fits: (String) -> Bool, _ form: String) throws(ServerFault) -> String? {
        guard let value = value(name) else { return nil }
        guard let text = value.stringValue, fits(text) else { throw ServerFault("\(place).\(name)", expected: form) }
        return text
    }

    func texts(_ name: String) throws(ServerFault) -> [String]? {
        guard let value = value(name) else { return nil }
        let texts = (value.arrayValue ?? []).compactMap(\.stringValue)
        guard let count = value.arrayValue?.count, count == texts.count, count <= FieldRules.greatestCount,
            texts.allSatisfy(FieldRules.isValue)
        else { throw ServerFault("\(place).\(name)", expected: "a list of at most \(FieldRules.greatestCount) texts") }
        return texts
    }

    func url(_ name: String) throws(ServerFault) -> ServerURL? {
        guard let value = value(name) else { return nil }
        guard let url = value.stringValue.flatMap({ ServerURL($0) }) else {
            throw ServerFault("\(place).\(name)", expected: ServerURL.form)
        }
        return url
    }

    func flag(_ name: String) throws(ServerFault) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let flag = value.boolValue else { throw ServerFault("\(place).\(name)", expected: "true or false") }
        return flag
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ServerFault) -> Int? {
        guard let value = value(name) else { return nil }
        guard let number = value.intValue, range.contains(number) else {
            throw ServerFault("\(place).\(name)", expected: "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The members of an object below this one, at most `FieldRules.greatestCount`; none where there is no such member.
    func members(_ name: String) throws(ServerFault) -> JSONObject {
        guard let value = value(name) else { return JSONObject() }
        guard let object = value.objectValue, object.count <= FieldRules.greatestCount,
            object.allSatisfy({ FieldRules.isName($0.name) })
        else {
            throw ServerFault("\(place).\(name)", expected: "an object of at most \(FieldRules.greatestCount) members")
        }
        return object
    }

    /// A value below this object, as an object.
    func object(_ value: JSON, at name: String) throws(ServerFault) -> ConfigurationReader {
        let place = "\(place).\(name.prefix(128))"
        guard let object = value.objectValue else { throw ServerFault(place, expected: "an object") }
        return ConfigurationReader(object, at: place)
    }
}
