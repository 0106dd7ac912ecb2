// embed-templates FOLDER OUTPUT: writes every template under FOLDER into OUTPUT as Swift source.
import Foundation

/// A raw string literal that holds `text`: as many `#` as no run inside it needs.
func literal(_ text: String) -> String {
    var hashes = "#"
    while text.contains("\"\"\"" + hashes) || text.contains("\\" + hashes) { hashes += "#" }
    return "\(hashes)\"\"\"\n\(text)\n\"\"\"\(hashes)"
}

let folder = URL(fileURLWithPath: CommandLine.arguments[1], isDirectory: true).standardizedFileURL
let output = URL(fileURLWithPath: CommandLine.arguments[2])
let files = (FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? [])
    .compactMap { ($0 as? URL)?.standardizedFileURL }
    .filter { ["yaml", "json", "md"].contains($0.pathExtension) }
    .sorted { $0.path < $1.path }

var source = "/// Written by embed-templates from the files under `templates/`.\nenum BuiltInTemplates {\n"
source += "    static let files: [(path: String, text: StaticString)] = [\n"
for file in files {
    let path = String(file.path.dropFirst(folder.path.count).drop { $0 == "/" })
    source += "(\"\(path)\",\n\(literal(try String(contentsOf: file, encoding: .utf8)))\n),\n"
}
source += "    ]\n}\n"
try source.write(to: output, atomically: true, encoding: .utf8)
