import Wire

/// The names of an API's tools. Each comes of its own operation alone (and of those that want the same one), never of a running number or of
/// what the filters leave, so that it stays when operations come and go.
struct ToolNames {
    /// One for each operation, in their order; nil where an operation is there twice.
    private(set) var names: [String?]

    init(_ operations: [APIOperation]) {
        // An operation that is there twice wants nothing the second time.
        var identities: Set<String> = []
        let wanted = operations.map { identities.insert($0.identity).inserted ? Self.wanted($0) : nil }
        var count: [String: Int] = [:]
        for name in wanted { if let name { count[name, default: 0] += 1 } }

        // Paths that differ in what is no part of a path, such as `/a#one` and `/a#two`, may have one readable name.
        var readable: [String: Int] = [:]
        for (operation, name) in zip(operations, wanted) {
            if let name, count[name] != 1 { readable[Self.told(name, apart: operation)[0], default: 0] += 1 }
        }

        names = []
        var taken: Set<String> = []
        for (operation, name) in zip(operations, wanted) {
            guard let name else {
                names.append(nil)
                continue
            }
            let candidates =
                count[name] == 1
                ? [name] : Self.told(name, apart: operation).filter { count[$0] == nil && readable[$0] ?? 1 == 1 }
            let free = candidates.first { !taken.contains($0) }
            if let free { taken.insert(free) }
            names.append(free)
        }
    }

    /// Puts the operator's names in the place of ours, where they are good.
    mutating func rename(
        _ operations: [APIOperation], by chosen: [String: String], in documents: DocumentSet, _ log: inout DiagnosticLog
    ) {
        var used: Set<String> = []
        var renamed: [Int: String] = [:]
        for (index, operation) in operations.enumerated() where names[index] != nil {
            let keys = [operation.label, operation.operationID].compactMap { $0 }
            used.formUnion(keys.filter { chosen[$0] != nil })
            guard let name = keys.lazy.compactMap({ chosen[$0] }).first else { continue }
            guard PlainName.isToolName(name) else {
                log.add(
                    .warning, .invalidRename, at: operation.place, in: documents,
                    "the name \"\(Prose.cut(name, to: 80))\" can't be a tool's",
                    advice: "use 1 to 64 letters, digits, _ and -")
                continue
            }
            renamed[index] = name
        }
        settle(&renamed, operations, in: documents, &log)
        for (index, name) in renamed { names[index] = name }
        for key in chosen.keys.sorted() where !used.contains(key) {
            log.add(
                .warning, .renameWithoutMatch, at: .start, in: documents,
                "no operation is \"\(Prose.cut(key, to: 120))\", which is to be renamed",
                advice: "name it by its operationId or by METHOD /path")
        }
    }

    /// Takes back what would give two tools one name.
    private func settle(
        _ renamed: inout [Int: String], _ operations: [APIOperation], in documents: DocumentSet, _ log: inout DiagnosticLog
    ) {
        // Taking one back frees its name for nobody and may occupy its old one: again until nothing changes. Each round takes one back.
        while true {
            var count: [String: Int] = [:]
            for (index, name) in names.enumerated() { if let name = renamed[index] ?? name { count[name, default: 0] += 1 } }
            let clashing = renamed.keys.sorted().filter { count[renamed[$0] ?? ""] ?? 0 > 1 }
            guard !clashing.isEmpty else { return }
            for index in clashing {
                let name = renamed.removeValue(forKey: index) ?? ""
                log.add(
                    .warning, .invalidRename, at: operations[index].place, in: documents,
                    "the name \"\(name)\" is another tool's too",
                    advice: "choose a name that no other tool has")
            }
        }
    }

    private static func wanted(_ operation: APIOperation) -> String {
        let plain = PlainName.plain(operation.operationID ?? "")
        return PlainName.bounded(plain.isEmpty ? methodAndPath(operation) : plain)
    }

    /// Names for operations that want the same one: told apart by method and path, or where that is too long by a hash of both.
    private static func told(_ name: String, apart operation: APIOperation) -> [String] {
        let suffix = methodAndPath(operation)
        let short = String(decoding: name.utf8.prefix(PlainName.limit - 9), as: UTF8.self)
        let hashed = short + "_" + StableHash.digits(of: operation.identity)
        return name == suffix || name.utf8.count + 1 + suffix.utf8.count > PlainName.limit
            ? [hashed] : [name + "_" + suffix, hashed]
    }

    /// `get_pets_by_id` for `GET /pets/{id}`.
    static func methodAndPath(_ operation: APIOperation) -> String {
        var words = [operation.method.lowercased()]
        for segment in operation.path.split(separator: "/") {
            let readable = segment.replacing("{", with: "_by_").replacing("}", with: "_")
            let word = PlainName.plain(String(readable)).split(separator: "_").joined(separator: "_")
            if !word.isEmpty { words.append(word) }
        }
        return words.joined(separator: "_")
    }
}

extension APIOperation {
    /// Such as `GET /pets/{id}`.
    var label: String { "\(method) \(path)" }

    /// What no other operation of a document has: the path as it is written there may say more than the path of the request.
    var identity: String { "\(label) \(place.document) \(place.pointer)" }
}
