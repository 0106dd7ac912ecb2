/// The names of a tool's arguments: as the document has them, as far as models can say them and two are not the same.
enum ArgumentNames {
    /// Where an argument's value goes; of those that want one name, the first in this order has it.
    enum Origin: Int, Comparable {
        case path, query, header, cookie, body

        init(_ location: APIParameter.Location) {
            switch location {
            case .path: self = .path
            case .query: self = .query
            case .header: self = .header
            case .cookie: self = .cookie
            }
        }

        var prefix: String {
            switch self {
            case .path: "path_"
            case .query: "query_"
            case .header: "header_"
            case .cookie: "cookie_"
            case .body: "body_"
            }
        }

        static func < (left: Origin, right: Origin) -> Bool { left.rawValue < right.rawValue }
    }

    struct Wanted {
        /// The name in the request.
        let name: String
        let origin: Origin
    }

    /// A name for each: the same for the same names, whatever their order.
    static func resolve(_ wanted: [Wanted]) -> [String] {
        let plain = wanted.map { Self.plain($0.name) }
        var groups: [String: [Int]] = [:]
        for (index, name) in plain.enumerated() { groups[name, default: []].append(index) }

        // The lowest place has the name, and in one place the one whose name needed no change.
        let firsts = groups.map { name, group in
            (name, group.min { precedence(wanted[$0], name) < precedence(wanted[$1], name) })
        }
        let first = Dictionary(uniqueKeysWithValues: firsts)
        var names = plain
        var taken: Set<String> = []
        var others: [Int] = []
        for (index, name) in plain.enumerated() {
            if first[name] == index { taken.insert(name) } else { others.append(index) }
        }
        for index in others.sorted(by: { precedence(wanted[$0], plain[$0]) < precedence(wanted[$1], plain[$1]) }) {
            let placed = PlainName.bounded(wanted[index].origin.prefix + plain[index])
            let hashed = PlainName.bounded(placed + "_" + StableHash.digits(of: wanted[index].origin.prefix + wanted[index].name))
            names[index] = [placed, hashed].first { !taken.contains($0) } ?? hashed + "_" + String(index)
            taken.insert(names[index])
        }
        return names
    }

    private static func plain(_ name: String) -> String {
        guard !PlainName.isArgumentName(name) else { return name }
        let plain = PlainName.plain(name, keepsPoints: true)
        return plain.isEmpty ? "argument_" + StableHash.digits(of: name) : PlainName.bounded(plain)
    }

    private static func precedence(_ wanted: Wanted, _ plain: String) -> (Int, Int, String) {
        (wanted.origin.rawValue, wanted.name == plain ? 0 : 1, wanted.name)
    }
}
