// No document makes the compiler of schemas or a judgement trap or run on, and a verdict does not depend on how it is asked
// for. An input is a schema and values, one JSON text a line; a line that is no JSON is tried as a pattern, on the lines after.
@testable import Wire

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let lines = UnsafeBufferPointer(start: data, count: count).split(
        separator: 0x0A, maxSplits: 8, omittingEmptySubsequences: false)
    guard let first = lines.first else { return 0 }
    let rest = lines.dropFirst().map { Array($0) }
    if let document = try? JSON.parse(Array(first), limits: JSONLimits(maximumDepth: 200, duplicateNames: .lastWins)) {
        var values = rest.compactMap { try? JSON.parse($0, limits: JSONLimits(maximumDepth: 200)) }
        // A schema is a value too.
        values.append(document)
        judge(document, values)
    } else {
        find(String(decoding: first, as: UTF8.self), in: rest.map { String(decoding: $0, as: UTF8.self) })
    }
    return 0
}

private func judge(_ document: JSON, _ values: [JSON]) {
    var options = JSONSchemaOptions()
    options.unresolvedReferences = .violate
    options.assertsFormats = true
    options.limits.maximumSteps = 50_000
    // The address sanitizer makes frames many times as large.
    options.limits.maximumEvaluationDepth = 128
    let compilation = JSONSchema.compile(document, options: options)
    precondition(compilation.diagnostics.count <= options.limits.maximumDiagnostics, "too many diagnostics")
    let hasErrors = compilation.diagnostics.contains { $0.severity == .error }
    precondition((compilation.schema == nil) == hasErrors, "an error, or none, against what was compiled")
    guard let schema = compilation.schema else { return }
    for value in values {
        let violations = schema.validate(value)
        precondition(violations.count <= options.limits.maximumViolations, "too many violations")
        precondition(violations.count == 1 || !violations.contains { $0.isUndecided }, "undecided is not alone")
        for violation in violations {
            precondition(!violation.message.isEmpty, "a violation without words")
            guard !violation.isUndecided else { continue }
            precondition(value[violation.instance] != nil || violation.member != nil, "a violation of what is not there")
        }
        let first = schema.firstViolation(in: value)
        // Asking for one ends earlier, so it may be decided where the other was not.
        guard violations.first?.isUndecided != true, first?.isUndecided != true else { continue }
        precondition(first == violations.first, "the first is another")
    }
    // An equal schema and value are equal, whatever their members' order.
    if let same = JSONSchema.compile(["const": document]).schema { precondition(same.isValid(document), "not equal to itself") }
}

private func find(_ text: String, in texts: [String]) {
    guard let pattern = try? Pattern(text, maximumInstructions: 1000) else { return }
    for text in texts + [text] {
        var work = 100_000
        let isFound = pattern.isFound(in: text, work: &work)
        precondition(isFound != nil || work < 0, "gave up before the work was done")
        var again = 100_000
        precondition(pattern.isFound(in: text, work: &again) == isFound, "another answer")
    }
}
