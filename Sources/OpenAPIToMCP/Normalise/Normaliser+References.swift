import Wire

/// An object of a document, with the place where it stands after all references are followed.
struct LocatedObject {
    var object: JSONObject
    var place: Place
    /// The `description` beside the reference, which from 3.1 on counts instead of the object's own.
    var overridingDescription: String?

    subscript(name: String) -> JSON? { object[name] }

    var description: String? { overridingDescription ?? object["description"]?.stringValue }
}

extension Normaliser {
    /// How many references may follow each other.
    private static let longestChain = 32

    /// The object that stands at the place, or that references from there lead to; nil, with a diagnostic, where there is none.
    mutating func followed(_ value: JSON, at place: Place, _ kind: String) -> LocatedObject? {
        var value = value
        var place = place
        var description: String?
        var seen: [Place] = []
        while true {
            guard let object = value.objectValue else {
                note(.warning, .invalidValue, at: place, "\(kind) must be an object")
                return nil
            }
            guard let reference = object["$ref"]?.stringValue else {
                return LocatedObject(object: object, place: place, overridingDescription: description)
            }
            if !versions[place.document].referencesStandAlone { description = description ?? object["description"]?.stringValue }
            guard !seen.contains(place), seen.count < Self.longestChain else {
                note(.warning, .cyclicReference, at: seen[0], "the reference leads round in a circle, to no \(kind)")
                return nil
            }
            seen.append(place)
            guard let target = documents.target(of: reference, from: place, &log), let next = documents.value(at: target) else {
                return nil
            }
            value = next
            place = target
        }
    }
}
