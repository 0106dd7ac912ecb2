/// A path below `/api` with placeholders: `/group/{group}/status`, `/model_config/{model...}` (the rest of the path, with its slashes).
struct PathPattern: Sendable, Hashable, CustomStringConvertible {
    enum Segment: Sendable, Hashable {
        case literal(String)
        case placeholder(String)
        case rest(String)
    }

    let segments: [Segment]

    init(_ text: String) {
        segments = text.split(separator: "/").map { part in
            guard part.first == "{", part.last == "}" else { return .literal(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .placeholder(String(name))
        }
    }

    /// What the placeholders stand for in `path`; nil where it is another path.
    func match(_ path: [String]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (index, segment) in segments.enumerated() {
            guard index < path.count else { return nil }
            switch segment {
            case .literal(let text): guard path[index] == text else { return nil }
            case .placeholder(let name): parameters[name] = path[index]
            case .rest(let name):
                parameters[name] = path[index...].joined(separator: "/")
                return parameters
            }
        }
        return path.count == segments.count ? parameters : nil
    }

    /// Whether this says more of a path than another that matches it, too: fixed text before a placeholder before the rest.
    func isMoreSpecific(than other: PathPattern) -> Bool {
        for (left, right) in zip(segments, other.segments) where left.rank != right.rank { return left.rank < right.rank }
        return segments.count > other.segments.count
    }

    /// As the contract writes it.
    var description: String {
        "/"
            + segments.map { segment in
                switch segment {
                case .literal(let text): text
                case .placeholder(let name), .rest(let name): "{\(name)}"
                }
            }.joined(separator: "/")
    }

    /// The path without the names of its placeholders, by which two descriptions of one path are equal.
    var shape: String {
        "/" + segments.map { if case .literal(let text) = $0 { text } else { "{}" } }.joined(separator: "/")
    }
}

extension PathPattern.Segment {
    fileprivate var rank: Int {
        switch self {
        case .literal: 0
        case .placeholder: 1
        case .rest: 2
        }
    }
}
