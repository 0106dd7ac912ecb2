extension String {
    /// Whether both are written with the same bytes. `==` also takes canonically equivalent texts for one, so that a name
    /// in a header could stand for another in the body.
    func isExactly(_ other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        let compared = utf8.withContiguousStorageIfAvailable { left in
            other.utf8.withContiguousStorageIfAvailable { right in left.elementsEqual(right) }
        }
        return (compared ?? nil) ?? utf8.elementsEqual(other.utf8)
    }
}
