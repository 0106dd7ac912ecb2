public import Wire

/// The contract's `proxy_config`, read strictly: where a proxy's calls go, and what goes with them.
public struct ProxyConfiguration: Sendable, Hashable {
    /// A header or query parameter.
    public struct Field: Sendable, Hashable {
        public let name: String
        public let value: String
    }

    /// nil where it is left to the groups.
    public let url: ServerURL?
    /// The operator's, or the group's for its own server; in the order in which they were given.
    public let headers: [Field]
    public let queries: [Field]
    /// By key.
    public let reusing: [ReusingParameter]

    /// Reads a configuration.
    /// - Parameters:
    ///   - member: what it is called in a fault.
    ///   - takesReusing: whether groups may give values: a group's own server takes none.
    /// - Throws: `ServerFault` that names the member.
    public init(_ object: JSONObject, at member: String = "proxy_config", takesReusing: Bool = true) throws(ServerFault) {
        url = try Self.url(object["url"], at: member + ".url")
        headers = try Self.headers(object["headers"], at: member + ".headers")
        queries = try Self.fields(object["querys"], at: member + ".querys") { name, place throws(ServerFault) in
            guard FieldRules.isName(name) else { throw ServerFault(place, expected: FieldRules.nameForm) }
        }
        reusing = takesReusing ? try Self.reusing(object["reusing"], at: member + ".reusing") : []
        let urls = reusing.filter { $0.place == .url }
        guard urls.count < 2 else { throw ServerFault(member + ".reusing", expected: "at most one of the type url") }
        guard url != nil || urls.first?.isRequired == true else {
            throw ServerFault(member + ".url", expected: ServerURL.form)
        }
    }

    private static func url(_ value: JSON?, at place: String) throws(ServerFault) -> ServerURL? {
        guard let value, !value.isNull, value != "" else { return nil }
        guard let url = value.stringValue.flatMap({ ServerURL($0) }) else { throw ServerFault(place, expected: ServerURL.form) }
        return url
    }

    private static func headers(_ value: JSON?, at place: String) throws(ServerFault) -> [Field] {
        var seen: Set<String> = []
        let fields = try fields(value, at: place) { name, place throws(ServerFault) in
            guard HeaderRules.isName(name) else { throw ServerFault(place, expected: HeaderRules.nameForm) }
            guard seen.insert(name.lowercased()).inserted else { throw ServerFault(place, expected: "each header only once") }
        }
        for field in fields where !HeaderRules.isValue(field.value) {
            throw ServerFault("\(place).\(field.name)", expected: HeaderRules.valueForm)
        }
        return fields
    }

    private static func fields(
        _ value: JSON?, at place: String, checkingName check: (String, String) throws(ServerFault) -> Void
    ) throws(ServerFault) -> [Field] {
        var fields: [Field] = []
        for (name, value) in try members(value, at: place) {
            let memberPlace = "\(place).\(shown(name))"
            try check(name, memberPlace)
            guard let text = value.stringValue, FieldRules.isValue(text) else {
                throw ServerFault(memberPlace, expected: FieldRules.valueForm)
            }
            fields.append(Field(name: name, value: text))
        }
        return fields
    }

    private static func reusing(_ value: JSON?, at place: String) throws(ServerFault) -> [ReusingParameter] {
        var parameters: [ReusingParameter] = []
        for (key, value) in try members(value, at: place) {
            let memberPlace = "\(place).\(shown(key))"
            guard value.objectValue != nil else { throw ServerFault(memberPlace, expected: "an object") }
            guard let kind = ReusingParameter.Place(definition: value) else {
                throw ServerFault(memberPlace + ".type", expected: "url, header or query")
            }
            guard kind == .header ? HeaderRules.isName(key) : FieldRules.isName(key) else {
                throw ServerFault(memberPlace, expected: kind == .header ? HeaderRules.nameForm : FieldRules.nameForm)
            }
            parameters.append(
                ReusingParameter(
                    key: key, name: try text(value["name"], at: memberPlace + ".name"),
                    description: try text(value["description"], at: memberPlace + ".description"),
                    isRequired: try flag(value["required"], at: memberPlace + ".required"), place: kind))
        }
        return parameters.sorted { $0.key < $1.key }
    }

    private static func members(_ value: JSON?, at place: String) throws(ServerFault) -> JSONObject {
        guard let value, !value.isNull else { return JSONObject() }
        guard let object = value.objectValue, object.count <= FieldRules.greatestCount else {
            throw ServerFault(place, expected: "an object of at most \(FieldRules.greatestCount) members")
        }
        return object
    }

    private static func text(_ value: JSON?, at place: String) throws(ServerFault) -> String {
        guard let value, !value.isNull else { return "" }
        guard let text = value.stringValue, FieldRules.isValue(text) else {
            throw ServerFault(place, expected: FieldRules.valueForm)
        }
        return text
    }

    private static func flag(_ value: JSON?, at place: String) throws(ServerFault) -> Bool {
        guard let value, !value.isNull else { return false }
        guard let flag = value.boolValue else { throw ServerFault(place, expected: "true or false") }
        return flag
    }

    /// A name as a message shows it: what came from outside may be of any length.
    private static func shown(_ name: String) -> String { String(name.prefix(64)) }
}
