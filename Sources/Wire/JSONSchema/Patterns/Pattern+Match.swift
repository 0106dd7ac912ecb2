extension Pattern {
    /// Whether the pattern is found in the text; nil where that took more than `work`, which is diminished by what it took:
    /// one for each state that was tried at each place.
    func isFound(in text: String, work: inout Int) -> Bool? {
        var run = PatternRun(self)
        return run.isFound(in: text, &work)
    }
}

/// One search: the states that are possible at one place of the text.
private struct PatternRun {
    private let pattern: Pattern
    private var current: [Int] = []
    private var following: [Int] = []
    /// For each state, the last place at which it was added, so that it is added once.
    private var added: [Int]
    private var pending: [Int] = []

    init(_ pattern: Pattern) {
        self.pattern = pattern
        added = [Int](repeating: -1, count: pattern.instructions.count)
    }

    mutating func isFound(in text: String, _ work: inout Int) -> Bool? {
        var scalars = text.unicodeScalars.makeIterator()
        var previous: UInt32?
        var next = scalars.next()?.value
        var place = 0
        var hasAccepted = add(0, place, previous, next, &work)
        swap(&current, &following)
        while !hasAccepted {
            guard work >= 0 else { return nil }
            guard let scalar = next else { return false }
            previous = scalar
            next = scalars.next()?.value
            place += 1
            work -= 1 + current.count
            following.removeAll(keepingCapacity: true)
            for state in current where !hasAccepted && consumes(state, scalar) {
                hasAccepted = add(state + 1, place, previous, next, &work)
            }
            if !pattern.isAnchored, !hasAccepted { hasAccepted = add(0, place, previous, next, &work) }
            swap(&current, &following)
            if current.isEmpty, pattern.isAnchored, !hasAccepted { return false }
        }
        return true
    }

    private func consumes(_ state: Int, _ scalar: UInt32) -> Bool {
        switch pattern.instructions[state] {
        case .scalar(let expected): expected == scalar
        case .set(let set): pattern.sets[set].contains(scalar)
        case .assertion, .split, .jump, .accept: false
        }
    }

    /// Adds a state, and all that it leads to without consuming, to those that follow; returns whether the pattern's end is
    /// among them.
    private mutating func add(_ start: Int, _ place: Int, _ previous: UInt32?, _ next: UInt32?, _ work: inout Int) -> Bool {
        pending.append(start)
        defer { pending.removeAll(keepingCapacity: true) }
        while let state = pending.popLast() {
            guard added[state] != place else { continue }
            added[state] = place
            work -= 1
            switch pattern.instructions[state] {
            case .accept: return true
            case .jump(let target): pending.append(target)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .assertion(let assertion): if assertion.holds(between: previous, and: next) { pending.append(state + 1) }
            case .scalar, .set: following.append(state)
            }
        }
        return false
    }
}
