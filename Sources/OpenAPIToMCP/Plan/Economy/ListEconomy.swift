import Wire

/// Writes the schemas of all tools so that the list of them is no larger than the document that it comes from: a model reads the whole list
/// before it does anything.
///
/// Where the list would be larger, it gives in steps, each a little more: outputs first, then the texts within schemas, then inputs, down to
/// what is required. In each step the largest schemas give first: a common cap is found, and what is below it stays as it is.
struct ListEconomy {
    /// One tool, written.
    struct Written {
        var text: ToolText
        var input: FittedSchema
        var output: FittedSchema?
        /// The schemas with all their members and texts, where something of them was left out.
        var wholeInput: JSONObject?
        var wholeOutput: JSONObject?
        /// Bytes of everything but the schemas.
        var fixedByteCount: Int

        var outputByteCount: Int { output.map { $0.byteCount + ListEconomy.outputKey } ?? 0 }
    }

    /// How much is given up.
    private struct Step {
        /// The most characters of a description within a schema, and of a tool's own.
        let schemaText: Int
        let toolText: Int
        /// The lowest caps.
        let outputFloor: Int
        let inputFloor: Int
    }

    private static let steps = [
        Step(schemaText: 800, toolText: 2_000, outputFloor: 2_048, inputFloor: .max),
        Step(schemaText: 240, toolText: 2_000, outputFloor: 1_024, inputFloor: 8_192),
        Step(schemaText: 120, toolText: 1_000, outputFloor: 512, inputFloor: 4_096),
        Step(schemaText: 80, toolText: 500, outputFloor: 0, inputFloor: 2_048),
        Step(schemaText: 60, toolText: 240, outputFloor: 0, inputFloor: 0),
    ]

    /// Bytes of `,"outputSchema":`.
    private static let outputKey = 16
    /// The fewest bytes that an output schema with a member has.
    private static let leastOutput = 48

    /// The most bytes of a list, whatever the document has: what is required can't be pruned, and a document of a megabyte can require one large
    /// schema of each of thousands of operations.
    static let greatestByteCount = 64 << 20

    private let drafts: [ToolDraft]
    private let table: SchemaTable
    private let options: CompileOptions
    /// The most bytes of the list; nil where there is no bound.
    private let limit: Int?

    init(_ drafts: [ToolDraft], _ table: SchemaTable, _ options: CompileOptions, limit: Int?) {
        self.drafts = drafts
        self.table = table
        self.options = options
        self.limit = limit
    }

    /// All tools in their order, and whether they had to give for the list's sake. Where they are fewer than the drafts, there was no time or no
    /// room for the others.
    func write(until deadline: CompileDeadline) -> (tools: [Written], isShortened: Bool) {
        var isShortened = false
        var standard: [Written] = []
        for (index, step) in Self.steps.enumerated() {
            let writer = StepWriter(step, table, options)
            let isLast = index == Self.steps.count - 1
            var tools = writer.write(drafts, until: deadline)
            if index == 0 { standard = tools }
            // What comes after this would only take longer: those that are written are the tools.
            if deadline.isPassed { return (index == 0 ? tools : standard, index > 0) }
            guard tools.count == drafts.count || isLast || limit == nil else {
                isShortened = true
                continue
            }
            guard let limit else {
                Self.keepWhole(&tools, standard)
                return (tools, false)
            }
            if let caps = Self.caps(tools, limit: limit, step, isLast: isLast) {
                isShortened = isShortened || caps.input < .max || caps.output < .max
                writer.shorten(&tools, drafts, caps)
                if isLast { press(&tools, writer, caps, limit) }
                Self.keepWhole(&tools, standard)
                return (tools, isShortened)
            }
            isShortened = true
        }
        return (standard, false)
    }

    /// What is read as the whole schema has its texts too, whatever the list had to give up.
    private static func keepWhole(_ tools: inout [Written], _ standard: [Written]) {
        for index in tools.indices where index < standard.count {
            let first = standard[index]
            let input = tools[index].input
            if input.whole != nil || input.byteCount < first.input.byteCount {
                tools[index].wholeInput = first.input.whole ?? first.input.schema
            }
            guard let output = first.output else { continue }
            let rest = tools[index].output
            if rest?.whole != nil || (rest?.byteCount ?? 0) < output.byteCount {
                tools[index].wholeOutput = output.whole ?? output.schema
            }
        }
    }

    /// What is required does not give: then the others give more, a few times over.
    private func press(_ tools: inout [Written], _ writer: StepWriter, _ caps: Caps, _ limit: Int) {
        var caps = caps
        for _ in 0..<6 where Self.byteCount(tools) > limit && caps.input > 0 {
            caps = Caps(input: caps.input * 3 / 4, output: 0)
            writer.shorten(&tools, drafts, caps)
        }
    }

    static func byteCount(_ tools: [Written]) -> Int {
        2 + tools.reduce(0) { $0 + $1.fixedByteCount + $1.input.byteCount + $1.outputByteCount + 1 }
    }

    // MARK: Caps

    private struct Caps {
        var input: Int
        var output: Int
    }

    /// The caps that make the list fit; nil where this step does not give enough.
    private static func caps(_ tools: [Written], limit: Int, _ step: Step, isLast: Bool) -> Caps? {
        let inputs = tools.map(\.input.byteCount)
        let outputs = tools.map(\.outputByteCount)
        let fixed = byteCount(tools) - inputs.reduce(0, +) - outputs.reduce(0, +)
        if byteCount(tools) <= limit { return Caps(input: .max, output: .max) }
        if let cap = cap(outputs, total: limit - fixed - inputs.reduce(0, +)), cap >= step.outputFloor {
            return Caps(input: .max, output: cap)
        }
        guard step.inputFloor < .max else { return nil }
        let least = outputs.reduce(0) { $0 + min($1, step.outputFloor) }
        if let cap = cap(inputs, total: limit - fixed - least), cap >= step.inputFloor {
            return Caps(input: cap, output: step.outputFloor)
        }
        return isLast ? Caps(input: 64, output: 0) : nil
    }

    /// The largest cap under which the sizes together are no more than the total; nil where none is.
    static func cap(_ sizes: [Int], total: Int) -> Int? {
        guard total >= 0 else { return nil }
        var left = total
        let sorted = sizes.sorted()
        for (index, size) in sorted.enumerated() {
            let share = left / (sorted.count - index)
            if size > share { return share }
            left -= size
        }
        return .max
    }

    // MARK: Writing

    /// Writes tools with what one step gives up.
    private struct StepWriter {
        let step: Step
        let input: Definitions
        let output: Definitions
        let options: CompileOptions

        init(_ step: Step, _ table: SchemaTable, _ options: CompileOptions) {
            self.step = step
            self.options = options
            let depth = options.limits.schemaDepth
            input = Definitions(SchemaView(direction: .input, table: table, textLimit: step.schemaText, depthLimit: depth))
            output = Definitions(
                SchemaView(direction: .output, table: table, textLimit: min(step.schemaText, 400), depthLimit: depth))
        }

        /// The tools, up to the first for which there is no time or no room.
        func write(_ drafts: [ToolDraft], until deadline: CompileDeadline) -> [Written] {
            var written: [Written] = []
            written.reserveCapacity(drafts.count)
            var byteCount = 0
            for draft in drafts {
                guard !deadline.isPassed else { break }
                let tool = write(draft)
                byteCount += tool.fixedByteCount + tool.input.byteCount + tool.outputByteCount
                guard byteCount <= ListEconomy.greatestByteCount else { break }
                written.append(tool)
            }
            return written
        }

        private func write(_ draft: ToolDraft) -> Written {
            let text = ToolText(draft.operation, limit: step.toolText)
            let plan = draft.plan(text, input: JSONObject(), output: nil)
            return Written(
                text: text, input: fittedInput(draft, options.inputBudget), output: fittedOutput(draft, options.outputBudget),
                fixedByteCount: plan.definition.byteCount - 2)
        }

        func shorten(_ tools: inout [Written], _ drafts: [ToolDraft], _ caps: Caps) {
            for (index, draft) in drafts.prefix(tools.count).enumerated() {
                if tools[index].input.byteCount > caps.input { tools[index].input = fittedInput(draft, caps.input) }
                if tools[index].outputByteCount > caps.output {
                    tools[index].output = fittedOutput(draft, caps.output - ListEconomy.outputKey)
                }
            }
        }

        private func fittedInput(_ draft: ToolDraft, _ budget: Int) -> FittedSchema {
            FittedSchema(draft.arguments.root(input.view), input, budget: budget)
        }

        private func fittedOutput(_ draft: ToolDraft, _ budget: Int) -> FittedSchema? {
            guard draft.hasOutput, budget >= ListEconomy.leastOutput else { return nil }
            let fitted = FittedSchema(draft.answers.root(output.view), output, budget: budget)
            // A schema that says no more than that there is an object is not worth its place.
            let says = fitted.schema.contains { name, value in
                name != "type" && name != "description" && value.objectValue?.isEmpty != true
            }
            return says && fitted.byteCount <= budget ? fitted : nil
        }
    }
}
