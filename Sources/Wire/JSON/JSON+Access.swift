extension JSON {
    /// What kind of value this is.
    public var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .boolean
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Whether this is `null`.
    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The text, where this is a string.
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }

    /// The truth value, where this is `true` or `false`.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The integer, where this is a number with exactly that value (`1.0` and `1e3` count).
    public var int64Value: Int64? { if case .number(let value) = self { value.int64 } else { nil } }

    /// The integer, where this is a number with exactly that value (`1.0` and `1e3` count).
    public var intValue: Int? { int64Value.flatMap { Int(exactly: $0) } }

    /// The nearest double, where this is a number within the range of a double.
    public var doubleValue: Double? {
        guard case .number(let value) = self else { return nil }
        let double = value.double
        return double.isFinite ? double : nil
    }

    /// The elements, where this is an array.
    public var arrayValue: [JSON]? { if case .array(let value) = self { value } else { nil } }

    /// The members, where this is an object.
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The member of that name, where this is an object that has it. Setting does nothing unless this is an object;
    /// setting `nil` removes the member.
    public subscript(name: String) -> JSON? {
        get { if case .object(let object) = self { object[name] } else { nil } }
        set {
            guard case .object(var object) = self else { return }
            // Dropping our own reference first keeps the storage unique, so that setting is not a copy.
            self = .null
            object[name] = newValue
            self = .object(object)
        }
    }

    /// The element at that index, where this is an array that long.
    public subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// The value that the pointer leads to (RFC 6901), if there is one.
    public subscript(pointer: JSONPointer) -> JSON? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let elements):
                guard let index = JSONPointer.arrayIndex(token), index < elements.count else { return nil }
                value = elements[index]
            default:
                return nil
            }
        }
        return value
    }
}
