internal import Wire

/// What the relay looks for in an answer's object, or in the object of a stream's event, by the names that a format has for it.
final class AnswerNames: Sendable {
    let names: MemberNames
    let usage: Int?
    let id: Int?
    let model: Int?
    let error: Int?
    let type: Int?
    /// The tier in which the upstream did serve the call.
    let tier: Int?
    /// The list of what was answered: where it is there, an `error` beside it is none of the whole answer.
    let list: Int?
    /// The object within this one in which more of these stand.
    let inner: (index: Int, names: AnswerNames)?

    init(
        usage: String? = nil, id: String? = nil, model: String? = nil, error: String? = nil, type: String? = nil,
        tier: String? = nil, list: String? = nil, inner: (name: String, names: AnswerNames)? = nil
    ) {
        var all: [String] = []
        func place(_ name: String?) -> Int? {
            guard let name else { return nil }
            all.append(name)
            return all.count - 1
        }
        self.usage = place(usage)
        self.id = place(id)
        self.model = place(model)
        self.error = place(error)
        self.type = place(type)
        self.tier = place(tier)
        self.list = place(list)
        self.inner = place(inner?.name).flatMap { index in inner.map { (index, $0.names) } }
        self.names = MemberNames(all)
    }
}

extension ScannedObject {
    /// A short text at a place that a format may not have.
    func text(_ index: Int?, in bytes: UnsafeRawBufferPointer) -> String? {
        guard let member = self.member(index), member.valueRange.count <= 258 else { return nil }
        return member.string(in: bytes)
    }

    /// The member at a place that a format may not have.
    func member(_ index: Int?) -> ScannedMember? { index.flatMap { self[$0] } }
}
