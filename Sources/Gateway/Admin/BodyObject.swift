internal import Ledger
internal import Wire

/// An object of a request's body, whose members are read with their types. `null` counts as absent; members that are not read
/// are left aside, as programs send back whole objects that they got.
struct BodyObject: Sendable {
    let members: JSONObject
    /// What stands before a member's name in a message.
    private let path: String

    init(_ members: JSONObject, path: String = "") {
        self.members = members
        self.path = path
    }

    /// A failure that names the member with its place.
    func wrong(_ name: String, expected: String) -> AdminFailure { .wrong(place(of: name), expected: expected) }

    /// A member's name with its place in the body.
    func place(of name: String) -> String { path + name }

    func string(_ name: String) throws(AdminFailure) -> String? {
        try read(name, "a text") { $0.stringValue }
    }

    func boolean(_ name: String) throws(AdminFailure) -> Bool? {
        try read(name, "true or false") { $0.boolValue }
    }

    func integer(_ name: String, in range: ClosedRange<Int64> = .min ... .max) throws(AdminFailure) -> Int64? {
        let form = range == .min ... .max ? "a whole number" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return try read(name, form) { value in value.int64Value.flatMap { range.contains($0) ? $0 : nil } }
    }

    func number(_ name: String) throws(AdminFailure) -> Double? {
        try read(name, "a number") { $0.doubleValue }
    }

    /// An amount of money, zero or more.
    func money(_ name: String) throws(AdminFailure) -> Money? {
        try read(name, "an amount of zero or more, at most 9223372036") { value in
            guard case .number(let number) = value, let money = Money(decimal: number), money >= .zero else { return nil }
            return money
        }
    }

    func strings(_ name: String) throws(AdminFailure) -> [String]? {
        try read(name, "an array of texts") { value in
            guard let elements = value.arrayValue else { return nil }
            let texts = elements.compactMap(\.stringValue)
            return texts.count == elements.count ? texts : nil
        }
    }

    func texts(_ name: String) throws(AdminFailure) -> [String: String]? {
        try read(name, "an object of texts") { value in
            guard let object = value.objectValue else { return nil }
            var texts: [String: String] = [:]
            for (name, value) in object {
                guard let text = value.stringValue else { return nil }
                texts[name] = text
            }
            return texts
        }
    }

    func object(_ name: String) throws(AdminFailure) -> JSONObject? {
        try read(name, "an object") { $0.objectValue }
    }

    /// The member `status`: 1 = on, 2 = off; 0 counts as absent.
    func status() throws(AdminFailure) -> Int64? {
        let status = try read("status", "1 (enabled) or 2 (disabled)") { value in
            value.int64Value.flatMap { (0...2).contains($0) ? $0 : nil }
        }
        return status == 0 ? nil : status
    }

    /// The member, which has to be there.
    func required<Value>(_ name: String, _ form: String, _ value: Value?) throws(AdminFailure) -> Value {
        guard let value else { throw wrong(name, expected: form) }
        return value
    }

    private func read<Value>(_ name: String, _ form: String, _ read: (JSON) -> Value?) throws(AdminFailure) -> Value? {
        guard let json = members[name], !json.isNull else { return nil }
        guard let value = read(json) else { throw wrong(name, expected: form) }
        return value
    }
}
