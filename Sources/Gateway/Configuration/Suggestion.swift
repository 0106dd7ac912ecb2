/// `, did you mean "x"?` for the candidate that differs least from `name`, or "" where none is near.
func suggestion(for name: String, among candidates: some Sequence<String>) -> String {
    nearest(to: name, among: candidates).map { ", did you mean \"\($0)\"?" } ?? ""
}

/// The candidate that differs least from `name`; nil where none is near.
func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let nearest = candidates.map { ($0, editDistance(name.lowercased(), $0.lowercased())) }.min { $0.1 < $1.1 }
    guard let nearest, nearest.1 <= max(1, min(name.utf8.count, nearest.0.utf8.count) / 3) else { return nil }
    return nearest.0
}

/// How many bytes must be changed, added, removed or swapped with their neighbour to get from one text to the other.
private func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8.prefix(64))
    let right = Array(right.utf8.prefix(64))
    var rows = [Array(0...right.count)]
    for row in 0..<left.count {
        var current = [row + 1]
        for column in 0..<right.count {
            var best = min(
                rows[row][column + 1] + 1, current[column] + 1, rows[row][column] + (left[row] == right[column] ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                best = min(best, rows[row - 1][column - 1] + 1)
            }
            current.append(best)
        }
        rows.append(current)
    }
    return rows[left.count][right.count]
}
