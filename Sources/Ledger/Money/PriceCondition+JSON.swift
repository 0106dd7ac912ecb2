internal import Wire

extension PriceCondition {
    private static let members: Set = [
        "input_token_min", "input_token_max", "output_token_min", "output_token_max", "start_time", "end_time", "resolution",
        "quality", "service_tier", "input_media", "input_video", "output_audio",
    ]

    init(json: JSONObject) throws(PriceError) {
        self.init()
        for member in json.names where !Self.members.contains(member) {
            throw PriceError(member: member, expected: "one of the members of a condition; this one is not known")
        }
        inputTokenMin = try json.count("input_token_min") ?? 0
        inputTokenMax = try json.count("input_token_max") ?? 0
        outputTokenMin = try json.count("output_token_min") ?? 0
        outputTokenMax = try json.count("output_token_max") ?? 0
        startTime = try json.count("start_time") ?? 0
        endTime = try json.count("end_time") ?? 0
        resolution = try json.names("resolution")
        quality = try json.names("quality")
        serviceTier = try json.serviceTier("service_tier")
        inputMedia = try json.boolean("input_media")
        inputVideo = try json.boolean("input_video")
        outputAudio = try json.boolean("output_audio")
        try checkOrder()
    }

    private func checkOrder() throws(PriceError) {
        if inputTokenMax > 0, inputTokenMax < inputTokenMin {
            throw PriceError(member: "input_token_max", expected: "at least input_token_min")
        }
        if outputTokenMax > 0, outputTokenMax < outputTokenMin {
            throw PriceError(member: "output_token_max", expected: "at least output_token_min")
        }
        if endTime > 0, endTime <= startTime { throw PriceError(member: "end_time", expected: "a time after start_time") }
    }

    var json: JSON {
        var object = JSONObject()
        let counts = [
            ("input_token_min", inputTokenMin), ("input_token_max", inputTokenMax), ("output_token_min", outputTokenMin),
            ("output_token_max", outputTokenMax), ("start_time", startTime), ("end_time", endTime),
        ]
        for (name, value) in counts where value > 0 { object[name] = .integer(value) }
        if !resolution.isEmpty { object["resolution"] = .array(resolution.map(JSON.string)) }
        if !quality.isEmpty { object["quality"] = .array(quality.map(JSON.string)) }
        if !serviceTier.isEmpty { object["service_tier"] = .string(serviceTier) }
        for (name, value) in [("input_media", inputMedia), ("input_video", inputVideo), ("output_audio", outputAudio)] {
            if let value { object[name] = .bool(value) }
        }
        return .object(object)
    }
}

/// Members by kind: absent and `null` are one, as in the programs that write prices.
extension JSONObject {
    /// The member, where it is there and isn't `null`.
    func given(_ name: String) -> JSON? {
        guard let value = self[name], !value.isNull else { return nil }
        return value
    }

    func number(_ name: String) throws(PriceError) -> JSONNumber? {
        guard let value = given(name) else { return nil }
        guard case .number(let number) = value else { throw PriceError(member: name, expected: "a number") }
        return number
    }

    /// A whole number that isn't negative; nil for 0, which means "not given".
    func count(_ name: String) throws(PriceError) -> Int64? {
        guard let value = given(name) else { return nil }
        guard let count = value.int64Value, count >= 0 else {
            throw PriceError(member: name, expected: "a whole number, not negative")
        }
        return count == 0 ? nil : count
    }

    func object(_ name: String) throws(PriceError) -> JSONObject {
        guard let value = given(name) else { return JSONObject() }
        guard let object = value.objectValue else { throw PriceError(member: name, expected: "an object") }
        return object
    }

    fileprivate func boolean(_ name: String) throws(PriceError) -> Bool? {
        guard let value = given(name) else { return nil }
        guard let truth = value.boolValue else { throw PriceError(member: name, expected: "true or false") }
        return truth
    }

    fileprivate func names(_ name: String) throws(PriceError) -> [String] {
        guard let value = given(name) else { return [] }
        guard let elements = value.arrayValue, elements.count <= 50 else {
            throw PriceError(member: name, expected: "an array of at most 50 texts")
        }
        return try elements.map { element throws(PriceError) in
            guard let text = element.stringValue, !text.isEmpty else {
                throw PriceError(member: name, expected: "an array of texts that aren't empty")
            }
            return text
        }
    }

    fileprivate func serviceTier(_ name: String) throws(PriceError) -> String {
        guard let value = given(name), value.stringValue != "" else { return "" }
        guard let text = value.stringValue, PriceCondition.serviceTiers.contains(text) else {
            throw PriceError(member: name, expected: "one of " + PriceCondition.serviceTiers.joined(separator: ", "))
        }
        return text
    }
}
