import Wire

/// Makes a tool of each operation that the operator wants.
struct Planner {
    private let api: APIDescription
    private let documents: DocumentSet
    private let options: CompileOptions
    private let deadline: CompileDeadline
    private var coverage = Compilation.Coverage()

    /// The tools in the document's order, and how much of the document they are. Whatever can't be said to a model as the document says it is
    /// in the log; nothing stops the other operations.
    static func plan(
        _ api: APIDescription, documents: DocumentSet, _ options: CompileOptions, until deadline: CompileDeadline? = nil,
        _ log: inout DiagnosticLog
    ) -> (tools: [ToolPlan], coverage: Compilation.Coverage) {
        var planner = Planner(api, documents, options, deadline ?? CompileDeadline(options.limits.time))
        let drafts = planner.drafts(&log)
        let tools = planner.tools(drafts, &log)
        planner.coverage.withWarnings = planner.countWarned(drafts, log)
        return (tools, planner.coverage)
    }

    private init(
        _ api: APIDescription, _ documents: DocumentSet, _ options: CompileOptions, _ deadline: CompileDeadline
    ) {
        self.api = api
        self.documents = documents
        self.options = options
        self.deadline = deadline
        coverage.operations = api.operations.count + api.refused
        coverage.refused = api.refused
        coverage.inbound = api.inbound
    }

    // MARK: Operations

    private mutating func drafts(_ log: inout DiagnosticLog) -> [ToolDraft] {
        // Names come of all operations, so that a filter changes none.
        var names = ToolNames(api.operations)
        names.rename(api.operations, by: options.names, in: documents, &log)
        var selection = OperationSelection(options)
        let view = SchemaView(direction: .input, table: api.schemas, textLimit: 0, depthLimit: options.limits.schemaDepth)

        var drafts: [ToolDraft] = []
        for (operation, name) in zip(api.operations, names.names) {
            guard selection.selects(operation) else {
                coverage.filtered += 1
                continue
            }
            guard let name else {
                coverage.refused += 1
                log.add(
                    .error, .duplicateOperation, at: operation.place, in: documents, "\(operation.label) is there twice",
                    advice: "remove one")
                continue
            }
            guard !deadline.isPassed else {
                refuse(operation, .outOfTime, &log)
                continue
            }
            drafts.append(draft(operation, name, view, &log))
        }
        selection.report(in: documents, &log)
        return drafts
    }

    /// Says that there is no tool of an operation, because there was no time or no room for it.
    private mutating func refuse(_ operation: APIOperation, _ code: Diagnostic.Code, _ log: inout DiagnosticLog) {
        coverage.refused += 1
        // Finding a place's line takes time, which a document with too much in it must not be able to multiply.
        guard !log.isFull else {
            log.omit()
            return
        }
        let reason =
            code == .outOfTime
            ? "compiling takes more than \(options.limits.time)"
            : "the tools before it have more than \(ListEconomy.greatestByteCount) bytes"
        log.add(
            .error, code, at: operation.place, in: documents, "\(reason), and this is not compiled",
            advice: "filter what is not needed, or split the document")
    }

    private func draft(_ operation: APIOperation, _ name: String, _ view: SchemaView, _ log: inout DiagnosticLog) -> ToolDraft {
        let reserved = ReservedParameters(operation, api, in: documents, &log)
        let arguments = ToolArguments(operation, view, leavingOut: reserved.indices)
        let answers = ToolAnswers(operation, api.schemas)
        if let body = operation.body { report(body, view, &log) }
        return ToolDraft(
            operation: operation, name: name, arguments: arguments, answers: answers,
            hasOutput: options.structuredOutput && answers.hasSchema)
    }

    private func report(_ body: APIRequestBody, _ view: SchemaView, _ log: inout DiagnosticLog) {
        guard let arguments = BodyArguments(body, view) else { return }
        for content in body.contents where content.place != arguments.content.place {
            log.add(
                .note, .unusedContent, at: content.place, in: documents,
                "the body is sent as \(arguments.mediaType.value), so that \(Prose.cut(content.mediaType, to: 80)) is not used")
        }
        if arguments.isSimplified {
            log.add(
                .note, .simplifiedForm, at: arguments.content.place, in: documents,
                "the form's fields are arguments; what its schema says of them together is not checked")
        }
    }

    // MARK: Tools

    private mutating func tools(_ drafts: [ToolDraft], _ log: inout DiagnosticLog) -> [ToolPlan] {
        let limit = documents.byteCount.map { max($0, options.listBudget) }
        let economy = ListEconomy(drafts, api.schemas, options, limit: limit)
        let (written, isShortened) = economy.write(until: deadline)
        let code = deadline.isPassed ? Diagnostic.Code.outOfTime : .listTooLarge
        for draft in drafts[written.count...] { refuse(draft.operation, code, &log) }
        coverage.compiled = written.count
        if isShortened, let limit {
            let byteCount = ListEconomy.byteCount(written)
            log.add(
                .note, .shortenedList, at: .start, in: documents,
                "schemas are shortened so that the list of tools has \(byteCount) bytes; it may have \(limit)",
                advice: byteCount > limit ? "filter what is not needed" : nil)
        }
        return zip(drafts, written).map { draft, written in
            report(draft, written, &log)
            return draft.plan(
                written.text, input: written.input.schema, output: written.output?.schema, wholeInput: written.wholeInput,
                wholeOutput: written.wholeOutput)
        }
    }

    private func report(_ draft: ToolDraft, _ written: ListEconomy.Written, _ log: inout DiagnosticLog) {
        let place = draft.operation.place
        if written.input.omitted > 0 {
            log.add(
                .note, .prunedInput, at: place, in: documents,
                "the input schema is too large: \(written.input.omitted) of its members are left out or shortened",
                advice: "read the whole schema where a member is missed")
        }
        if let omitted = written.output?.omitted, omitted > 0 {
            log.add(
                .note, .prunedOutput, at: place, in: documents,
                "the output schema is too large: \(omitted) of its members are left out or shortened")
        } else if draft.hasOutput, written.output == nil {
            log.add(
                .note, .prunedOutput, at: place, in: documents,
                "the output schema is left out, because the list would be too large")
        }
    }

    /// Tools with a warning about a place within their operation.
    private func countWarned(_ drafts: [ToolDraft], _ log: DiagnosticLog) -> Int {
        var warned: [String: Set<JSONPointer>] = [:]
        for diagnostic in log.list where diagnostic.severity == .warning {
            // An operation is at most a few steps from its document's root.
            for count in 0...min(8, diagnostic.pointer.tokens.count) {
                warned[diagnostic.document, default: []].insert(
                    JSONPointer(tokens: Array(diagnostic.pointer.tokens.prefix(count))))
            }
        }
        return drafts.count { draft in
            let place = draft.operation.place
            return warned[documents.documents[place.document].name]?.contains(place.pointer) == true
        }
    }
}
