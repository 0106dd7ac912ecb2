/// A WHERE clause that is put together: fragments of our own text, with the caller's values as arguments only.
struct Conditions {
    private var fragments: [String] = []
    private(set) var arguments: [SQLValue] = []

    /// Adds `fragment`, in which each `@` stands for `value`.
    mutating func add(_ fragment: String, _ value: SQLValue) {
        fragments.append(fragment.replacing("@", with: placeholder(value)))
    }

    /// Adds `fragment`, which holds no value.
    mutating func add(_ fragment: String) { fragments.append(fragment) }

    /// Adds that `column` holds `value`, where there is one.
    mutating func add(_ column: String, equals value: String?) {
        if let value, !value.isEmpty { add("\(column) = @", .text(value)) }
    }

    mutating func add(_ column: String, equals value: Int64?) {
        if let value { add("\(column) = @", .integer(value)) }
    }

    /// Adds that one of `columns` contains `keyword`, without regard to the case of ASCII letters.
    mutating func add(_ columns: [String], contain keyword: String?) {
        guard let keyword, !keyword.isEmpty else { return }
        var pattern = "%"
        for character in keyword.lowercasedASCII.unicodeScalars {
            if character == "%" || character == "_" || character == "\\" { pattern += "\\" }
            pattern.unicodeScalars.append(character)
        }
        let place = placeholder(.text(pattern + "%"))
        fragments.append("(" + columns.map { "lower(\($0)) LIKE \(place) ESCAPE '\\'" }.joined(separator: " OR ") + ")")
    }

    /// Takes `value` as an argument; returns how the statement names it.
    mutating func placeholder(_ value: SQLValue) -> String {
        arguments.append(value)
        let type: SQLType =
            switch value {
            case .text: .text
            case .bytes: .bytes
            case .integer, .null: .integer
            }
        return "?\(arguments.count)\(type.rawValue)"
    }

    /// " WHERE ...", or nothing.
    var clause: String { fragments.isEmpty ? "" : " WHERE " + fragments.joined(separator: " AND ") }
}

extension String {
    /// As SQL's `lower` does it on both engines: only A to Z.
    var lowercasedASCII: String {
        String(decoding: utf8.map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

extension ListOrder {
    /// " ORDER BY ..." for an order that a list knows; `columns` maps member names to columns, `last` makes it definite.
    static func clause(
        _ order: ListOrder?, columns: [String: String], standard: String, last: String
    ) throws(StorageError) -> String {
        guard let order else { return " ORDER BY " + standard }
        guard let column = columns[order.member] else {
            throw .invalid("order", "one of \(columns.keys.sorted().joined(separator: ", ")), with -asc or -desc")
        }
        let direction = order.isAscending ? "ASC" : "DESC"
        return " ORDER BY \(column) \(direction)" + (column == last ? "" : ", \(last) \(direction)")
    }
}

extension SQLConnection {
    /// One page of the rows that meet `conditions`, and how many they are in all.
    func list<Item>(
        columns: String, from table: String, _ conditions: Conditions, order: String, page: Page,
        _ row: (any SQLRow) throws(StorageError) -> Item
    ) throws(StorageError) -> Listing<Item> {
        let total = try integer(SQL("SELECT count(*) FROM \(table)\(conditions.clause)"), conditions.arguments)
        var paged = conditions
        let limit = paged.placeholder(.integer(page.limit))
        let offset = paged.placeholder(.integer(page.offset))
        let items = try query(
            SQL("SELECT \(columns) FROM \(table)\(conditions.clause)\(order) LIMIT \(limit) OFFSET \(offset)"), paged.arguments,
            row)
        return Listing(total: total, items: items)
    }
}
