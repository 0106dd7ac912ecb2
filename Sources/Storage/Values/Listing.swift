public import Directory

/// Which part of a list is asked for.
public struct Page: Sendable, Hashable {
    /// The first page is 1.
    public let number: Int
    /// Rows on a page: 1 ... 100.
    public let size: Int

    /// A page; a number below 1 means 1, a size outside 1 ... 100 the nearest that is allowed.
    public init(number: Int = 1, size: Int = 10) {
        self.size = min(max(size, 1), 100)
        // Keeps the product below from overflowing whatever a client sends.
        self.number = min(max(number, 1), 1 << 40)
    }

    /// How many elements of a longer list stand before those of this one.
    private var preceding: Int64 = 0

    /// The part of this page that a list has whose elements stand behind `count` others.
    public func after(_ count: Int) -> Page {
        var page = self
        page.preceding += Int64(count)
        return page
    }

    /// Where the page's elements stand among `count`.
    public func range(in count: Int) -> Range<Int> {
        let start = Int(clamping: min(offset, Int64(count)))
        return start..<Int(clamping: min(offset + limit, Int64(count)))
    }

    private var start: Int64 { Int64(number - 1) * Int64(size) - preceding }
    var limit: Int64 { min(max(start + Int64(size), 0), Int64(size)) }
    var offset: Int64 { max(start, 0) }
}

/// In which order a list is asked for: a member's name and a direction.
public struct ListOrder: Sendable, Hashable {
    public var member: String
    public var isAscending: Bool

    public init(member: String, isAscending: Bool) {
        self.member = member
        self.isAscending = isAscending
    }

    /// Reads `member-asc`, `member-desc` or `member` (descending); nil for an empty text, which means the list's own order.
    public init?(text: String) {
        guard !text.isEmpty else { return nil }
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        member = String(parts[0])
        isAscending = parts.count == 2 && parts[1] == "asc"
        // A direction that is none is left in the member, where it is refused as unknown.
        if parts.count == 2, parts[1] != "asc", parts[1] != "desc" { member = text }
    }
}

/// One page of a list, with how many there are in all.
public struct Listing<Item: Sendable>: Sendable {
    public var total: Int64
    public var items: [Item]

    public init(total: Int64, items: [Item]) {
        self.total = total
        self.items = items
    }
}

extension Listing: Equatable where Item: Equatable {}

/// What a write stored, and what has to change in the directory because of it.
///
/// The caller applies `changes` to its `LiveDirectory`; other nodes see the new revision and read everything again.
public struct Written<Value: Sendable>: Sendable {
    public let value: Value
    public let changes: [DirectoryChange]

    package init(_ value: Value, _ changes: [DirectoryChange] = []) {
        self.value = value
        self.changes = changes
    }
}
