/// A YAML document as a JSON value, with the place of each value and key.
public struct YAMLDocument: Sendable {
    /// The value.
    public let root: JSON

    private let places: [YAMLPlace]
    private let rootPlace: Int

    init(root: JSON, places: [YAMLPlace], rootPlace: Int) {
        self.root = root
        self.places = places
        self.rootPlace = rootPlace
    }

    /// Where the value begins that the pointer leads to. For what stands behind an alias or a merge key that is where it was
    /// written.
    public func location(of pointer: JSONPointer) -> SourceLocation? {
        place(of: pointer).map { places[$0].location }
    }

    /// Where the key begins that the last step of the pointer names; nil for the root and for elements of sequences.
    public func keyLocation(of pointer: JSONPointer) -> SourceLocation? {
        guard let name = pointer.tokens.last, let parent = pointer.parent, let place = place(of: parent),
            let index = root[parent]?.objectValue?.index(of: name), places[place].keys.indices.contains(index)
        else { return nil }
        return places[place].keys[index]
    }

    private func place(of pointer: JSONPointer) -> Int? {
        guard places.indices.contains(rootPlace) else { return nil }
        var value = root
        var place = rootPlace
        for token in pointer.tokens {
            let index: Int?
            switch value {
            case .object(let object): index = object.index(of: token)
            case .array: index = JSONPointer.arrayIndex(token)
            default: index = nil
            }
            guard let index, places[place].children.indices.contains(index),
                let child = value[JSONPointer(tokens: [token])]
            else { return nil }
            value = child
            place = Int(places[place].children[index])
        }
        return place
    }
}

/// The place of one value: in the order of its elements or members, the places of what it holds.
struct YAMLPlace: Sendable {
    let location: SourceLocation
    var keys: [SourceLocation] = []
    /// Indices in the document's list of places; an alias has the index of what it stands for.
    var children: [UInt32] = []
}
