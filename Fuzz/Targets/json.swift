// What is read, written and read again is the same; and what is accepted is UTF-8.
@testable import Wire

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    for duplicates in [JSONLimits.DuplicateNames.reject, .lastWins] {
        guard let value = try? JSON.parse(bytes, limits: JSONLimits(maximumDepth: 64, duplicateNames: duplicates)) else {
            continue
        }
        precondition(String(validating: bytes, as: UTF8.self) != nil, "accepted what is not UTF-8")
        let compact = value.serializedBytes()
        guard let again = try? JSON.parse(compact, limits: JSONLimits(maximumDepth: 64)) else {
            preconditionFailure("can't read what was written")
        }
        precondition(again == value && again.hashValue == value.hashValue, "read back as another value")
        precondition(again.serializedBytes() == compact, "another order")
        precondition((try? JSON.parse(value.serialized(pretty: true))) == value, "another value from pretty text")
        walk(value)
    }
    return 0
}

/// Touches every accessor: numbers have arithmetic of their own.
private func walk(_ value: JSON) {
    switch value {
    case .number(let number):
        precondition(JSONNumber(number.text) == number, "the grammar of numbers is not one")
        if let integer = number.int64 { precondition(Double(integer) == number.double, "not the number's value") }
    case .array(let elements): for element in elements { walk(element) }
    case .object(let object):
        for (name, member) in object {
            precondition(value[JSONPointer(JSONPointer.root.appending(name).description) ?? .root] == member, "pointer")
            walk(member)
        }
    default: break
    }
}
