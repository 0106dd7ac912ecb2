import MCPServer
import Wire

/// The resources: those that suites look for first, then a catalogue that is long enough to be paged.
enum EverythingResources {
    /// What `touch_watched_resource` changes.
    static let watchedURI = "test://watched-resource"

    private static let keepable = CacheHint(lifetime: .seconds(300), scope: .public)

    static func resources(_ parts: EverythingParts) -> [Resource] {
        [staticText, staticBinary, watched(parts), parted, personal] + catalogue
    }

    private static let staticText = Resource(
        uri: "test://static-text", name: "static-text", title: "Static text", description: "A text that never changes",
        mimeType: "text/plain", size: 60,
        annotations: ContentAnnotations(audience: [.user, .assistant], priority: 0.8, lastModified: "2026-07-28T00:00:00Z"),
        meta: ["example.com/kind": "text"], cacheHint: keepable
    ) { _ in [.text("This is the content of the static text resource for testing.", uri: "test://static-text")] }

    private static let staticBinary = Resource(
        uri: "test://static-binary", name: "static-binary", title: "Static image",
        description: "An image that never changes", mimeType: "image/png", size: Sample.pngSize, cacheHint: keepable
    ) { _ in [.blob(base64: Sample.png, uri: "test://static-binary", mimeType: "image/png")] }

    private static func watched(_ parts: EverythingParts) -> Resource {
        Resource(
            uri: watchedURI, name: "watched-resource", title: "Watched resource",
            description: "A text that touch_watched_resource changes; subscribe to hear of it", mimeType: "text/plain"
        ) { call in
            [.text("You touched this resource \(parts.memory[call.context.principal].touches) times.", uri: watchedURI)]
        }
    }

    private static let parted = Resource(
        uri: "test://parts", name: "parts", title: "Resource of parts",
        description: "A resource whose contents are several, each with a URI of its own", cacheHint: keepable
    ) { _ in
        [
            .text("# Parts", uri: "test://parts/title.md", mimeType: "text/markdown"),
            .text(#"{"parts":3}"#, uri: "test://parts/data.json", mimeType: "application/json"),
            .blob(base64: Sample.png, uri: "test://parts/picture.png", mimeType: "image/png"),
        ]
    }

    /// Reading may ask too. A client that can't be asked is not kept from reading.
    private static let personal = Resource(
        uri: "test://personal-greeting", name: "personal-greeting", title: "Personal greeting",
        description: "A text that asks its reader's name first", mimeType: "text/plain"
    ) { call in
        var name = "reader"
        if call.context.client.accepts(.elicitationForm) {
            let elicited = try await call.interview.elicit(
                "user_name", "Whom shall I greet?", schema: RoundTripTools.nameForm)
            if case .accepted(let content) = elicited { name = content["name"]?.stringValue ?? name }
        }
        return [.text("Hello, \(name)!", uri: "test://personal-greeting")]
    }

    // MARK: - The catalogue

    /// What lies on which shelf.
    static let shelves: [(name: String, items: [String])] = [
        ("birds", ["blackbird", "crane", "heron", "kingfisher", "owl", "wren"]),
        ("fruit", ["apple", "cherry", "damson", "pear", "quince", "sloe"]),
        ("metals", ["copper", "gold", "iron", "silver", "tin", "zinc"]),
        ("rivers", ["Danube", "Elbe", "Loire", "Oder", "Rhine", "Tagus"]),
        ("stars", ["Altair", "Deneb", "Mizar", "Rigel", "Sirius", "Vega"]),
        ("trees", ["alder", "beech", "elm", "hazel", "oak", "rowan"]),
    ]

    static let catalogue: [Resource] = shelves.flatMap { shelf in
        shelf.items.map { item in
            let uri = "test://catalogue/\(shelf.name)/\(item)"
            return Resource(
                uri: uri, name: "\(shelf.name)-\(item)", title: item, description: "From the shelf \(shelf.name)",
                mimeType: "application/json", cacheHint: keepable
            ) { _ in [entry(shelf.name, item, uri)] }
        }
    }

    private static func entry(_ shelf: String, _ item: String, _ uri: String) -> ResourceContents {
        let json: JSON = ["shelf": .string(shelf), "item": .string(item)]
        return .text(json.serialized(), uri: uri, mimeType: "application/json")
    }

    // MARK: - Templates

    static let templates = [data, shelf, item]

    private static let data = ResourceTemplate(
        template: "test://template/{id}/data", name: "template-data", title: "Data by id",
        description: "Data for any id", mimeType: "application/json",
        completers: ["id": { $0.matching(["1", "2", "3", "12", "123"]) }], cacheHint: keepable
    ) { uri, variables, _ in
        let id = variables["id"] ?? ""
        let json: JSON = ["id": .string(id), "templateTest": true, "data": .string("Data for ID: \(id)")]
        return [.text(json.serialized(), uri: uri, mimeType: "application/json")]
    }

    private static let shelf = ResourceTemplate(
        template: "test://catalogue/{shelf}", name: "shelf", title: "Shelf", description: "What lies on a shelf",
        mimeType: "application/json", completers: ["shelf": { $0.matching(shelves.map(\.name)) }], cacheHint: keepable
    ) { uri, variables, _ in
        guard let shelf = shelves.first(where: { $0.name == variables["shelf"] }) else {
            throw MCPError.resourceNotFound(uri: uri)
        }
        return shelf.items.map { entry(shelf.name, $0, "\(uri)/\($0)") }
    }

    /// What is proposed for `item` depends on what `shelf` is.
    private static let item = ResourceTemplate(
        template: "test://catalogue/{shelf}/{item}", name: "item", title: "Item", description: "One item of a shelf",
        mimeType: "application/json",
        completers: [
            "shelf": { $0.matching(shelves.map(\.name)) },
            "item": { request in
                let shelf = request.resolved["shelf"]
                return request.matching(shelves.filter { shelf == nil || $0.name == shelf }.flatMap(\.items))
            },
        ],
        cacheHint: keepable
    ) { uri, variables, _ in
        // Reached only by a URI that spells an item another way, with percent-encoding; the plain ones are listed.
        guard let shelf = shelves.first(where: { $0.name == variables["shelf"] }),
            let item = shelf.items.first(where: { $0 == variables["item"] })
        else { throw MCPError.resourceNotFound(uri: uri) }
        return [entry(shelf.name, item, uri)]
    }
}
