// Whatever is read can be written as JSON and read again, and every value has a place.
@testable import Wire

private let limits = YAMLLimits(maximumDepth: 32, maximumValues: 20_000, maximumAliases: 100)

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: count)
    do {
        let document = try YAML.parse(bytes, limits: limits)
        let text = document.root.serializedBytes()
        precondition(
            (try? JSON.parse(text, limits: JSONLimits(maximumDepth: 32))) == document.root, "no JSON, or another value")
        var visits = 0
        walk(document.root, .root, document, &visits)
    } catch {
        precondition(error.location.line >= 1 && error.location.column >= 1, "an error without a place")
    }
    return 0
}

private func walk(_ value: JSON, _ pointer: JSONPointer, _ document: YAMLDocument, _ visits: inout Int) {
    visits += 1
    guard visits < 500, pointer.tokens.count < 8 else { return }
    precondition(document.location(of: pointer) != nil || document.root.isNull, "a value without a place")
    switch value {
    case .array(let elements):
        for (index, element) in elements.enumerated() { walk(element, pointer.appending(index), document, &visits) }
    case .object(let object):
        for (name, member) in object {
            precondition(document.keyLocation(of: pointer.appending(name)) != nil, "a key without a place")
            walk(member, pointer.appending(name), document, &visits)
        }
    default: break
    }
}
