/// The places in a document that subschemas stand at.
///
/// A place is its parent's number and one token, not a whole pointer: pointers are long in a hostile document, and are only
/// made where one is reported.
struct SchemaLocations: Sendable {
    static let root = 0

    private struct Place: Sendable {
        let parent: Int
        let token: String
    }

    private struct Key: Hashable, Sendable {
        let parent: Int
        let token: ExactText
    }

    private var places: [Place] = [Place(parent: -1, token: "")]
    private var children: [Key: Int] = [:]

    /// The place below another, noted now or before.
    mutating func child(_ parent: Int, _ token: String) -> Int {
        let key = Key(parent: parent, token: ExactText(token))
        if let known = children[key] { return known }
        places.append(Place(parent: parent, token: token))
        children[key] = places.count - 1
        return places.count - 1
    }

    /// The place below another, where it was noted before.
    func known(_ parent: Int, _ token: String) -> Int? { children[Key(parent: parent, token: ExactText(token))] }

    /// The pointer to a place.
    func pointer(_ location: Int) -> JSONPointer {
        var tokens: [String] = []
        var location = location
        while location > Self.root {
            tokens.append(places[location].token)
            location = places[location].parent
        }
        return JSONPointer(tokens: tokens.reversed())
    }

    /// The document is not needed any more: only pointers are.
    mutating func forgetChildren() { children = [:] }
}
