import Wire

/// What is remembered of a member's profile, so that the whole does not change while that member is down.
struct ProfileSummary: Sendable, Hashable {
    let subscribes: Bool
    let logs: Bool
    let hasTasks: Bool
    let instructions: String?

    init(_ profile: ServiceProfile) {
        let capabilities = profile.capabilities
        subscribes = capabilities.json["resources"]?["subscribe"]?.boolValue == true
        logs = capabilities.declares(.logging)
        hasTasks = capabilities.declares(extension: ClientCapabilities.tasksExtension)
        instructions = profile.instructions
    }
}

extension VirtualService {
    /// For how long a joined profile serves; and for how long where a member did not answer.
    private static let profileLifetime = Duration.seconds(60)
    private static let partialProfileLifetime = Duration.seconds(30)
    /// For how long the last word of a member that is down counts.
    private static let summaryLifetime = Duration.seconds(24 * 3600)

    /// What all can do together. Tools, prompts, resources and completions are there in any case, be they none: who is up
    /// makes no difference, and a member that is down is spoken for by what it said last.
    public func profile(_ context: any CallContext) async throws -> ServiceProfile {
        let ids = members.map(\.id)
        let known = memory.with { records, now in records.profile(of: scope, members: ids, now: now) }
        if let known { return known }
        let answered = try await askForProfiles(context)
        let profile = memory.with { records, now in
            let until = now.advanced(by: Self.summaryLifetime)
            for (id, summary) in zip(ids, answered) {
                if let summary { records.keep(summary, of: id, scope: scope, until: until, now: now) }
            }
            let summaries = ids.map { records.summary(of: $0, scope: scope, now: now) }
            let isWhole = answered.allSatisfy { $0 != nil }
            let lifetime = isWhole ? Self.profileLifetime : Self.partialProfileLifetime
            let profile = joined(summaries, lifetime: isWhole ? lifetime : .zero)
            records.keep(profile, of: scope, members: ids, until: now.advanced(by: lifetime), now: now)
            return profile
        }
        return profile
    }

    private func askForProfiles(_ context: any CallContext) async throws -> [ProfileSummary?] {
        var summaries = [ProfileSummary?](repeating: nil, count: members.count)
        let limit = min(limits.profileDeadline, context.clock.remaining)
        await withTaskGroup(of: (Int, ProfileSummary?).self) { group in
            var waiting = members.indices[...]
            func askNext() {
                guard let member = waiting.popFirst() else { return }
                let service = members[member].service
                let memberContext = self.context(context, of: member)
                group.addTask {
                    let profile = try? await within(limit, sleep: memory.sleep) { try await service.profile(memberContext) }
                    return (member, profile.map(ProfileSummary.init))
                }
            }
            for _ in 0..<max(1, limits.concurrentMembers) { askNext() }
            while let (member, summary) = await group.next() {
                summaries[member] = summary
                askNext()
            }
        }
        try Task.checkCancellation()
        return summaries
    }

    private func joined(_ summaries: [ProfileSummary?], lifetime: Duration) -> ServiceProfile {
        var resources: JSONObject = ["listChanged": true]
        if summaries.contains(where: { $0?.subscribes == true }) { resources["subscribe"] = true }
        var capabilities: JSONObject = [
            "tools": ["listChanged": true], "prompts": ["listChanged": true], "resources": .object(resources),
            "completions": [:],
        ]
        if summaries.contains(where: { $0?.logs == true }) { capabilities["logging"] = [:] }
        if summaries.contains(where: { $0?.hasTasks == true }) {
            capabilities["extensions"] = .object(JSONObject([(ClientCapabilities.tasksExtension, JSON.object([:]))]))
        }
        return ServiceProfile(
            identity: identity, capabilities: ServerCapabilities(capabilities), instructions: instructions(summaries),
            cacheHint: CacheHint(lifetime: lifetime, scope: .private))
    }

    /// The members' instructions under their labels. Each gets its share of the room, so that one can't crowd out others.
    private func instructions(_ summaries: [ProfileSummary?]) -> String? {
        let said = summaries.indices.compactMap { member in
            summaries[member]?.instructions.flatMap { $0.isEmpty ? nil : (member: member, text: $0) }
        }
        guard !said.isEmpty else { return nil }
        let share = limits.instructionBytes / said.count
        var joined = ""
        for (member, text) in said {
            let heading = "# \(members[member].label) (\(prefixes[member])\(ExposedName.separator)…)\n\n"
            let section = heading + Self.cut(text, toBytes: max(3, share - heading.utf8.count - 2))
            // So many members that not even their headings fit.
            guard joined.utf8.count + section.utf8.count + 2 <= limits.instructionBytes else { break }
            joined += joined.isEmpty ? section : "\n\n" + section
        }
        return joined
    }

    /// The beginning of a text, at a character's end, with a sign where something is missing.
    static func cut(_ text: String, toBytes limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        let mark = "…"
        var bytes = mark.utf8.count
        var end = text.startIndex
        while end < text.endIndex {
            bytes += text[end].utf8.count
            guard bytes <= limit else { break }
            end = text.index(after: end)
        }
        return text[..<end] + mark
    }
}
