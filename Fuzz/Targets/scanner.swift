// The scanner accepts what the parser accepts and sees the same values, except for what it refuses on purpose; and what is
// spliced reads as what is edited.
@testable import Wire

private let names = MemberNames("model", "stream", "messages", "k", "n")
private let limits = JSONLimits(maximumDepth: 32, duplicateNames: .lastWins)

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    let parsed = Result { () throws(JSONError) in try JSON.parse(bytes, limits: limits) }
    let scanned = Result { () throws(JSONError) in try JSONScanner.scan(bytes, for: names, limits: limits) }
    switch (parsed, scanned) {
    case (.failure, .success):
        preconditionFailure("the scanner accepts what is no JSON")
    case (.success(let value), .failure(let error)):
        let purposes: [JSONError.Code] =
            value.kind == .object ? [.duplicateMember, .escapedMemberName, .ambiguousMemberName] : [.notAnObject]
        precondition(purposes.contains(error.code), "the scanner refuses JSON")
    case (.success(let value), .success(let object)):
        compare(value, object, bytes)
        splice(value, object, bytes, seed: UInt64(count) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(bytes.last ?? 0))
    case (.failure, .failure):
        break
    }
    return 0
}

private func compare(_ value: JSON, _ object: ScannedObject, _ bytes: UnsafeRawBufferPointer) {
    precondition(object.memberCount >= value.objectValue?.count ?? .max, "members are missing")
    for (index, name) in names.names.enumerated() {
        guard let member = object[index], let expected = value[name] else {
            precondition(object[index] == nil && value[name] == nil, "one sees a member that the other does not")
            continue
        }
        let part = member.value(in: bytes).flatMap { try? JSON.parse($0, limits: limits) }
        precondition(part == expected && member.kind == expected.kind, "another value")
        precondition(member.string(in: bytes) == expected.stringValue, "another text")
        precondition(member.bool(in: bytes) == expected.boolValue, "another truth")
        precondition(member.int64(in: bytes) == expected.int64Value, "another number")
    }
}

private func splice(_ value: JSON, _ object: ScannedObject, _ bytes: UnsafeRawBufferPointer, seed: UInt64) {
    var choices = seed
    var expected = value
    var splice = JSONSplice(originalCount: bytes.count)
    do {
        for (index, name) in names.names.enumerated() {
            choices = choices &* 6_364_136_223_846_793_005 &+ 1
            switch choices >> 60 & 3 {
            case 0:
                try splice.set(index, of: object, to: Array("[1,\"x\"]".utf8))
                expected[name] = [1, "x"]
            case 1:
                if let member = object[index] { try splice.remove(member, from: object) }
                expected[name] = nil
            default: break
            }
        }
    } catch {
        preconditionFailure("edits of different members overlap")
    }
    let result = splice.applied(to: bytes)
    precondition(result.count == splice.count, "another length than announced")
    precondition((try? JSON.parse(result, limits: limits)) == expected, "spliced and edited differ")
}
