/// An element of an XML document (XML 1.0, Namespaces in XML 1.0), with what is read of it here: no comments, no processing instructions, and text
/// without its place among the children.
struct XMLElement: Sendable, Hashable {
    /// An attribute that declares no namespace.
    struct Attribute: Sendable, Hashable {
        /// Without a prefix.
        var name: String
        var namespace: String?
        var value: String
    }

    /// Without a prefix.
    var name: String
    var namespace: String?
    var attributes: [Attribute] = []
    var children: [XMLElement] = []
    var text = ""

    /// Whether it says that it has no value (XML Schema part 1 §2.6.2).
    var isNil: Bool {
        attributes.contains {
            $0.name == "nil" && $0.namespace == "http://www.w3.org/2001/XMLSchema-instance" && ["true", "1"].contains($0.value)
        }
    }

    /// The value of the attribute of that name.
    func attribute(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
}
