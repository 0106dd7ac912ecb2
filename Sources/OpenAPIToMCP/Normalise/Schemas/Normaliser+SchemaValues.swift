import Wire

/// The keywords whose values are no schemas.
extension Normaliser {
    // MARK: - Types

    mutating func readType(_ value: JSON, _ draft: inout SchemaDraft) {
        if let word = value.stringValue {
            if let type = self.type(word, &draft) { draft.object["type"] = .string(type) }
            return
        }
        guard let words = value.arrayValue else {
            repaired("type", "type must be a text or a list of texts, and is left out")
            return
        }
        var types: [JSON] = []
        for word in words {
            if word.isNull {
                repaired("type", "null as a type must be a text")
                types.append("null")
            } else if let type = word.stringValue.flatMap({ self.type($0, &draft) }) {
                types.append(.string(type))
            }
        }
        types = Self.unique(types)
        if types.isEmpty {
            repaired("type", "type lists no type, and is left out")
        } else {
            draft.object["type"] = .array(types)
        }
    }

    private mutating func type(_ word: String, _ draft: inout SchemaDraft) -> String? {
        if SchemaTypeWord.known.contains(word) { return word }
        guard let meaning = SchemaTypeWord.meaning(of: word) else {
            repaired("type", "\(word.prefix(40)) is no type, and is left out")
            return nil
        }
        // Version 2.0 has files where a parameter or an answer is one.
        if word != "file" || versions[document] != .swagger2 || draft.depth > 0 {
            repaired("type", "\(word.prefix(40)) is no type; \(meaning.type) is taken")
        }
        if let format = meaning.format, draft.source["format"] == nil { draft.object["format"] = .string(format) }
        return meaning.type
    }

    mutating func readNullable(_ name: String, _ value: JSON, _ draft: inout SchemaDraft) {
        guard value.boolValue == true else { return }
        draft.isNullable = true
        if name == "nullable", versions[document] == .openAPI31 {
            noteHere(
                .note, .foreignKeyword, name, "nullable is of version 3.0; it is taken as there",
                advice: "write \"null\" among the types")
        }
    }

    // MARK: - Numbers

    mutating func readBound(_ name: String, _ value: JSON, _ draft: inout SchemaDraft) {
        guard let number = number(name, value) else { return }
        let exclusive = name == "minimum" ? "exclusiveMinimum" : "exclusiveMaximum"
        draft.object[draft.source[exclusive]?.boolValue == true ? exclusive : name] = .number(number)
    }

    /// In drafts up to 4, and so in 2.0 and 3.0, the exclusive bounds are truth values about the others.
    mutating func readExclusiveBound(_ name: String, _ value: JSON, _ draft: inout SchemaDraft) {
        if value.boolValue != nil {
            if versions[document] == .openAPI31 { repaired(name, "\(name) must be a number; it is taken as in version 3.0") }
            return
        }
        if let number = number(name, value) { draft.object[name] = .number(number) }
    }

    mutating func readFactor(_ name: String, _ value: JSON, _ draft: inout SchemaDraft) {
        guard let number = number(name, value) else { return }
        if number.double > 0 {
            draft.object[name] = .number(number)
        } else {
            repaired(name, "\(name) must be greater than zero, and is left out")
        }
    }

    mutating func readCount(_ name: String, _ value: JSON, _ draft: inout SchemaDraft) {
        guard let number = number(name, value) else { return }
        if let count = number.int64, count >= 0 {
            draft.object[name] = .number(number)
        } else {
            repaired(name, "\(name) must be an integer that is not negative, and is left out")
        }
    }

    private mutating func number(_ name: String, _ value: JSON) -> JSONNumber? {
        switch value {
        case .number(let number): return number
        case .string(let text):
            if let number = JSONNumber(text) {
                repaired(name, "\(name) must be a number; the text is taken as one")
                return number
            }
        default: break
        }
        repaired(name, "\(name) must be a number, and is left out")
        return nil
    }

    // MARK: - Texts and truth values

    mutating func readText(_ name: String, _ value: JSON, _ draft: inout SchemaDraft) {
        if value.stringValue != nil {
            draft.object[name] = value
        } else if name != "format", let text = Self.text(value) {
            draft.object[name] = .string(text)
        } else if !value.isNull || name == "format" {
            repaired(name, "\(name) must be a text, and is left out")
        }
    }

    mutating func readFlag(_ name: String, _ value: JSON, _ draft: inout SchemaDraft) {
        if let flag = value.boolValue {
            if flag || name == "uniqueItems" { draft.object[name] = value }
        } else if let text = value.stringValue, text == "true" || text == "false" {
            repaired(name, "\(name) must be true or false; the text is taken as that")
            if text == "true" { draft.object[name] = true }
        } else {
            repaired(name, "\(name) must be true or false, and is left out")
        }
    }

    mutating func readPattern(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let text = value.stringValue else {
            repaired("pattern", "pattern must be a text, and is left out")
            return
        }
        // As some languages write expressions; nothing can match `/^` as it stands.
        if text.hasPrefix("/^"), text.hasSuffix("$/"), isPattern(String(text.dropFirst().dropLast())) {
            repaired("pattern", "the pattern has slashes around it, which are left out")
            draft.object["pattern"] = .string(String(text.dropFirst().dropLast()))
            return
        }
        if isPattern(text) {
            draft.object["pattern"] = value
        } else {
            repaired("pattern", "the pattern is no regular expression of ECMA-262, and is left out")
        }
    }

    /// Whether a text is a regular expression. The same few stand in many schemas.
    mutating func isPattern(_ text: String) -> Bool {
        if let known = knownPatterns[text] { return known }
        let isPattern = JSONSchema.isPattern(text)
        knownPatterns[text] = isPattern
        return isPattern
    }

    // MARK: - Lists

    mutating func readRequired(_ value: JSON, _ draft: inout SchemaDraft) {
        if value.boolValue != nil {
            if value.boolValue == true || draft.depth == 0 {
                repaired("required", "required must list names in the schema around; there it is taken to be")
            }
            return
        }
        guard value.arrayValue != nil else {
            repaired("required", "required must be a list of names, and is left out")
            return
        }
        draft.object["required"] = .array(uniqueTexts(value, "required"))
    }

    /// The texts of a list, each once.
    mutating func uniqueTexts(_ value: JSON, _ keyword: String) -> [JSON] {
        let elements = value.arrayValue ?? []
        let texts = elements.filter { $0.stringValue != nil }
        if texts.count < elements.count || value.arrayValue == nil {
            repaired(keyword, "\(keyword) must hold names only; the rest is left out")
        }
        return Self.unique(texts)
    }

    mutating func readValues(_ value: JSON, _ draft: inout SchemaDraft) {
        guard let values = value.arrayValue, !values.isEmpty else {
            repaired("enum", "enum must be a list of values that is not empty, and is left out")
            return
        }
        draft.object["enum"] = .array(Self.unique(values))
    }

    mutating func readExamples(_ value: JSON, _ draft: inout SchemaDraft) {
        switch value {
        case .array(let examples): if !examples.isEmpty { draft.object["examples"] = value }
        // As examples stand elsewhere in a document: by name, each with its value.
        case .object(let examples):
            let values = examples.map { $0.value["value"] ?? $0.value }
            if !values.isEmpty { draft.object["examples"] = .array(values) }
        case .null: break
        case .bool, .number, .string: draft.object["examples"] = [value]
        }
    }

    /// The values, each once, in order.
    static func unique(_ values: [JSON]) -> [JSON] {
        if values.count < 2 { return values }
        var known: Set<JSON> = []
        return values.filter { known.insert($0).inserted }
    }
}
