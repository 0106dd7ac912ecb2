// Judges JSON values by Wire's JSON Schema validator, for tests against other validators.
//
// Each line of standard input is an object with `schema`, `value` and, where formats are to be asserted, `"formats": true`.
// Each line of standard output answers one: `true`, `false`, or `error` where the schema can't be compiled or the value can't
// be judged.
import Wire

/// What is said of one line.
private func verdict(_ line: String) -> String {
    guard let pair = try? JSON.parse(line), let schema = pair["schema"], let value = pair["value"] else { return "error" }
    var options = JSONSchemaOptions.standard
    options.assertsFormats = pair["formats"]?.boolValue ?? false
    options.unsupportedPatterns = .refuse
    guard let schema = JSONSchema.compile(schema, options: options).schema else { return "error" }
    guard let violation = schema.firstViolation(in: value) else { return "true" }
    return violation.isUndecided ? "error" : "false"
}

while let line = readLine() { print(verdict(line)) }
