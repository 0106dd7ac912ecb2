import Wire

/// What a client can be asked, in the form in which upstream sessions are told apart by it.
struct ClientFeatures: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    static let sampling = ClientFeatures(rawValue: 1)
    static let samplingTools = ClientFeatures(rawValue: 2)
    static let samplingContext = ClientFeatures(rawValue: 4)
    static let elicitationForm = ClientFeatures(rawValue: 8)
    static let elicitationURL = ClientFeatures(rawValue: 16)
    static let roots = ClientFeatures(rawValue: 32)
    /// The client says when its roots change. Not in the table: it is nothing that a client can be asked.
    static let rootChanges = ClientFeatures(rawValue: 64)

    private static let table: [(ClientFeatures, ClientCapabilities.Feature)] = [
        (.sampling, .sampling), (.samplingTools, .samplingTools), (.samplingContext, .samplingContext),
        (.elicitationForm, .elicitationForm), (.elicitationURL, .elicitationURL), (.roots, .roots),
    ]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// What this client declares and can be reached for.
    init(_ client: ClientProfile) {
        guard client.askForm != .none, !client.capabilities.json.isEmpty else {
            self = []
            return
        }
        self = Self.table.reduce(into: []) { if client.capabilities.declares($1.1) { $0.insert($1.0) } }
        if client.revision.era == .legacy, client.capabilities.announcesRootChanges { insert(.rootChanges) }
    }

    /// The capabilities as this client would declare them upstream. No tasks of 2025-11-25: nobody carries them.
    var json: JSONObject {
        var json = JSONObject()
        if contains(.sampling) {
            var sampling = JSONObject()
            if contains(.samplingTools) { sampling["tools"] = [:] }
            if contains(.samplingContext) { sampling["context"] = [:] }
            json["sampling"] = .object(sampling)
        }
        // An empty object means forms only, in every revision that has elicitation.
        switch (contains(.elicitationForm), contains(.elicitationURL)) {
        case (true, false): json["elicitation"] = [:]
        case (true, true): json["elicitation"] = ["form": [:], "url": [:]]
        case (false, true): json["elicitation"] = ["url": [:]]
        case (false, false): break
        }
        if contains(.roots) { json["roots"] = contains(.rootChanges) ? ["listChanged": true] : [:] }
        return json
    }

    /// Whether the clients behind these features can be asked that.
    func cover(_ ask: Ask) -> Bool {
        guard let feature = ask.requiredFeature else { return false }
        return Self.table.contains { $0.1 == feature && contains($0.0) }
    }
}

/// What tells one upstream session from another, within one endpoint and so one credential.
struct SessionKey: Hashable, Sendable {
    /// nil: an upstream that keeps nothing, asked by nobody in particular.
    let principal: String?
    let affinity: String
    let features: ClientFeatures

    /// The session that a call belongs to. Calls of different principals share one only where the upstream keeps nothing
    /// per session and can't ask: a question would reach the wrong user.
    init(_ context: any CallContext, isStateless: Bool) {
        var features = ClientFeatures(context.client)
        // An upstream that keeps nothing keeps no roots either, and its session may be that of several clients: what one of
        // them says of its roots would be wrong of the others.
        if isStateless { features.remove(.rootChanges) }
        self.features = features
        if isStateless, features.isEmpty {
            principal = nil
            affinity = ""
        } else {
            principal = context.principal.id
            affinity = isStateless ? "" : context.client.affinity
        }
    }
}
