import Wire

/// Which operations the operator wants.
struct OperationSelection {
    private let include: [OperationFilter]
    private let exclude: [OperationFilter]
    private var includeMatched: [Bool]
    private var excludeMatched: [Bool]

    init(_ options: CompileOptions) {
        include = options.include
        exclude = options.exclude
        includeMatched = Array(repeating: false, count: include.count)
        excludeMatched = Array(repeating: false, count: exclude.count)
    }

    /// Whether the operation is wanted; every filter is asked, so that those that fit nothing are known.
    mutating func selects(_ operation: APIOperation) -> Bool {
        var isIncluded = include.isEmpty
        for (index, filter) in include.enumerated() where filter.fits(operation) {
            includeMatched[index] = true
            isIncluded = true
        }
        for (index, filter) in exclude.enumerated() where filter.fits(operation) {
            excludeMatched[index] = true
            isIncluded = false
        }
        return isIncluded
    }

    /// Says which filters fitted no operation.
    func report(in documents: DocumentSet, _ log: inout DiagnosticLog) {
        for (filter, isMatched) in Array(zip(include, includeMatched)) + Array(zip(exclude, excludeMatched)) where !isMatched {
            log.add(
                .warning, .filterWithoutMatch, at: .start, in: documents, "the filter \(filter.label) fits no operation",
                advice: "correct or remove it")
        }
    }
}

extension OperationFilter {
    func fits(_ operation: APIOperation) -> Bool {
        if let tag, !operation.tags.contains(tag) { return false }
        if let method, method.uppercased() != operation.method { return false }
        if let name = self.operation, name != operation.operationID { return false }
        if let path, !PathPattern(path).fits(operation.path) { return false }
        return true
    }

    fileprivate var label: String {
        let members = [("tag", tag), ("path", path), ("method", method), ("operation", operation)]
        let texts = members.compactMap { name, value in value.map { "\(name)=\(Prose.cut($0, to: 120))" } }
        return texts.isEmpty ? "without members" : texts.joined(separator: " ")
    }
}

/// A path template with `*` for any characters but `/` and `**` for any.
struct PathPattern {
    private enum Part: Equatable {
        case byte(UInt8)
        case segment, anything
    }
    private let parts: [Part]

    init(_ text: String) {
        var parts: [Part] = []
        for byte in text.utf8 {
            guard byte == UInt8(ascii: "*") else {
                parts.append(.byte(byte))
                continue
            }
            switch parts.last {
            case .segment: parts[parts.count - 1] = .anything
            case .anything: break
            default: parts.append(.segment)
            }
        }
        self.parts = parts
    }

    /// In time of the product of both lengths: all places of the pattern that the text may have led to go along together.
    func fits(_ path: String) -> Bool {
        var reached = Array(repeating: false, count: parts.count + 1)
        reached[0] = true
        skipStars(&reached)
        for byte in path.utf8 {
            var next = Array(repeating: false, count: parts.count + 1)
            for (index, part) in parts.enumerated() where reached[index] {
                switch part {
                case .byte(let expected): if byte == expected { next[index + 1] = true }
                case .segment: if byte != UInt8(ascii: "/") { next[index] = true }
                case .anything: next[index] = true
                }
            }
            skipStars(&next)
            reached = next
        }
        return reached[parts.count]
    }

    /// A star may stand for nothing.
    private func skipStars(_ reached: inout [Bool]) {
        for (index, part) in parts.enumerated() where reached[index] && (part == .segment || part == .anything) {
            reached[index + 1] = true
        }
    }
}
