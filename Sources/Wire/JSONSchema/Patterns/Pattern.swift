/// A regular expression that is matched in time linear in the text: a nondeterministic automaton whose states are all
/// tried side by side (Thompson 1968), so that no text makes it backtrack.
///
/// As in JSON Schema, a pattern is found anywhere in the text unless it is anchored.
struct Pattern: Sendable {
    enum Instruction: Sendable {
        case scalar(UInt32)
        case set(Int)
        case assertion(PatternAssertion)
        case split(Int, Int)
        case jump(Int)
        case accept
    }

    private(set) var instructions: [Instruction] = []
    private(set) var sets: [ScalarSet] = []
    /// Whether every match begins at the start of the text.
    let isAnchored: Bool
    private let maximumInstructions: Int

    /// Compiles a pattern; throws where it is no regular expression, has features that are not supported, or is too large.
    init(_ text: String, maximumInstructions: Int) throws(PatternFault) {
        let syntax = try PatternParser.parse(text)
        self.maximumInstructions = maximumInstructions
        isAnchored = Self.isAnchored(syntax)
        try emit(syntax)
        try append(.accept)
    }

    private static func isAnchored(_ syntax: PatternSyntax) -> Bool {
        switch syntax {
        case .assertion(.start): true
        case .sequence(let terms): terms.first.map(isAnchored) ?? false
        case .choice(let alternatives): alternatives.allSatisfy(isAnchored)
        case .repetition(let inner, let least, _): least > 0 && isAnchored(inner)
        case .scalar, .set, .assertion: false
        }
    }

    private mutating func append(_ instruction: Instruction) throws(PatternFault) {
        guard instructions.count < maximumInstructions else {
            throw PatternFault("is too large: written out it has more than \(maximumInstructions) states")
        }
        instructions.append(instruction)
    }

    private mutating func emit(_ syntax: PatternSyntax) throws(PatternFault) {
        switch syntax {
        case .scalar(let scalar): try append(.scalar(scalar))
        case .set(let set):
            sets.append(set)
            try append(.set(sets.count - 1))
        case .assertion(let assertion): try append(.assertion(assertion))
        case .sequence(let terms): for term in terms { try emit(term) }
        case .choice(let alternatives): try emitChoice(alternatives)
        case .repetition(let inner, let least, let most): try emitRepetition(inner, least, most)
        }
    }

    private mutating func emitChoice(_ alternatives: [PatternSyntax]) throws(PatternFault) {
        var jumps: [Int] = []
        for (index, alternative) in alternatives.enumerated() {
            guard index < alternatives.count - 1 else {
                try emit(alternative)
                break
            }
            let split = instructions.count
            try append(.split(split + 1, split + 1))
            try emit(alternative)
            jumps.append(instructions.count)
            try append(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func emitRepetition(_ inner: PatternSyntax, _ least: Int, _ most: Int?) throws(PatternFault) {
        for _ in 0..<least {
            let start = instructions.count
            try emit(inner)
            // Nothing, however often, is nothing.
            if instructions.count == start { return }
        }
        guard let most else {
            let split = instructions.count
            try append(.split(split + 1, split + 1))
            try emit(inner)
            try append(.jump(split))
            instructions[split] = .split(split + 1, instructions.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(instructions.count)
            try append(.split(0, 0))
            try emit(inner)
        }
        for split in splits { instructions[split] = .split(split + 1, instructions.count) }
    }
}
