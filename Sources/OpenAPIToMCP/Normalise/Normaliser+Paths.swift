import Wire

/// What a path's item says: what the item itself has, then what its reference leads to, and so on. What comes first counts.
struct PathItem {
    var layers: [LocatedObject]

    /// A field, with the object that has it.
    func field(_ name: String) -> (value: JSON, place: Place, holder: LocatedObject)? {
        for layer in layers {
            if let value = layer[name] { return (value, layer.place.appending(name), layer) }
        }
        return nil
    }

    /// The names of fields, in order, each once.
    var names: [String] {
        var known: Set<String> = []
        return layers.flatMap { $0.object.names }.filter { known.insert($0).inserted }
    }

    func text(_ name: String) -> String? { field(name)?.value.stringValue }
}

/// What the operations of one path share.
struct PathContext {
    let template: PathTemplate
    let item: PathItem
    let parameters: ParameterList
    let servers: [APIServer]?
}

extension Normaliser {
    /// A path item's fields that are operations (OpenAPI 3.1 §4.8.9; `query` is of 3.2).
    private static let methods: Set<String> = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"]
    /// How many references a path item may go through.
    private static let longestItemChain = 32

    /// The operations of the document, in its order.
    mutating func operations(_ root: JSON, _ api: APIDescription) -> [APIOperation] {
        guard let paths = root["paths"]?.objectValue else {
            // From 3.1 on a document may do without: webhooks or components may be all that it describes.
            if api.specification.hasPrefix("3.1") || api.specification.hasPrefix("3.2"), root["paths"] == nil { return [] }
            note(.warning, .missingPart, at: .start, "the document has no paths", advice: "describe the operations under `paths`")
            return []
        }
        let security = self.security(root, at: .start, api.securitySchemes) ?? []
        var operations: [APIOperation] = []
        let place = Place.start.appending("paths")
        for (path, value) in paths where !path.hasPrefix("x-") {
            let place = place.appending(path)
            guard !deadline.isPassed else {
                noteOutOfTime(place)
                refused += (value.objectValue?.names ?? []).count { Self.methods.contains($0) }
                continue
            }
            guard let item = pathItem(value, at: place) else { continue }
            let methods = self.methods(of: item, api.specification)
            guard !methods.isEmpty else { continue }
            guard let template = template(path, at: place) else {
                refused += methods.count
                continue
            }
            let context = PathContext(
                template: template, item: item, parameters: pathParameters(item),
                servers: item.field("servers").flatMap { servers(.object($0.holder.object), at: $0.holder.place) })
            for method in methods {
                guard !deadline.isPassed else {
                    noteOutOfTime(method.place)
                    refused += 1
                    continue
                }
                guard operations.count < limits.operations else {
                    if refused == 0 || !log.isFull {
                        note(
                            .error, .tooMany, at: place.appending(method.field),
                            "there are more than \(limits.operations) operations",
                            advice: "filter what is not needed, or raise the limit")
                    }
                    refused += 1
                    continue
                }
                guard let operation = self.operation(method, context, api, security) else {
                    refused += 1
                    continue
                }
                operations.append(operation)
            }
        }
        return operations
    }

    /// The item with all that its references lead to; nil where there is no object at all.
    private mutating func pathItem(_ value: JSON, at place: Place) -> PathItem? {
        var item = PathItem(layers: [])
        var value = value
        var place = place
        while true {
            guard let object = value.objectValue else {
                note(.error, .invalidValue, at: place, "a path item must be an object")
                return item.layers.isEmpty ? nil : item
            }
            item.layers.append(LocatedObject(object: object, place: place))
            guard let reference = object["$ref"]?.stringValue else { return item }
            // Why nothing is there has been said then, at the reference.
            guard let target = documents.target(of: reference, from: place, &log) else { return item }
            guard let next = documents.value(at: target) else {
                note(
                    .error, .misleadingReference, at: place, "the path's operations are not found",
                    advice: "correct the reference")
                return item
            }
            guard item.layers.count < Self.longestItemChain, !item.layers.contains(where: { $0.place == target }) else {
                note(.error, .cyclicReference, at: item.layers[0].place, "the reference leads round in a circle, to no path item")
                return item
            }
            value = next
            place = target
        }
    }

    /// A field that is an operation, or a member of `additionalOperations`.
    struct Method {
        var field: String
        /// In capitals.
        var name: String
        var value: JSON
        var place: Place
    }

    private func methods(of item: PathItem, _ specification: String) -> [Method] {
        let isVersion32 = specification.hasPrefix("3.2")
        var methods: [Method] = []
        for name in item.names {
            guard let field = item.field(name) else { continue }
            if Self.methods.contains(name), name != "query" || isVersion32 {
                methods.append(Method(field: name, name: name.uppercased(), value: field.value, place: field.place))
            } else if name == "additionalOperations", isVersion32 {
                for (name, value) in field.value.objectValue ?? [:]
                where name.utf8.allSatisfy({ 0x41...0x5A ~= $0 || $0 == 0x2D }) {
                    methods.append(Method(field: name, name: name, value: value, place: field.place.appending(name)))
                }
            }
        }
        return methods
    }

    /// The path's template; nil, with an error, where it is none.
    private mutating func template(_ path: String, at place: Place) -> PathTemplate? {
        guard let template = PathTemplate(path) else {
            note(.error, .invalidPath, at: place, "the braces of the path don't match", advice: "write each parameter as {name}")
            return nil
        }
        if !path.hasPrefix("/") {
            note(.warning, .invalidPath, at: place, "the path does not begin with a slash; one is put before it")
        }
        if !template.query.isEmpty {
            note(
                .warning, .invalidPath, at: place, "a path has no query; what follows is sent as query parameters",
                advice: "describe them as parameters")
        } else if template.path.utf8.count < path.utf8.count {
            note(.note, .invalidPath, at: place, "a path has no fragment; it is not sent")
        }
        return template
    }

    // MARK: - One operation

    private mutating func operation(
        _ method: Method, _ context: PathContext, _ api: APIDescription, _ security: [[SecurityUse]]
    ) -> APIOperation? {
        let place = method.place
        guard let object = method.value.objectValue else {
            note(.error, .invalidValue, at: place, "an operation must be an object")
            return nil
        }
        let located = LocatedObject(object: object, place: place)
        guard let parameters = parameters(of: located, context) else { return nil }
        let isVersion2 = versions[place.document] == .swagger2
        guard let body = isVersion2 ? body2(of: located, parameters) : body(of: located, method: method.name) else { return nil }
        countCallbacks(of: located)
        let own = isVersion2 ? operationServers2(located) : servers(method.value, at: place)
        return APIOperation(
            method: method.name, path: context.template.path, place: place, operationID: object["operationId"]?.stringValue,
            summary: object["summary"]?.stringValue ?? context.item.text("summary"),
            description: object["description"]?.stringValue ?? context.item.text("description"),
            tags: object["tags"]?.arrayValue?.compactMap(\.stringValue) ?? [],
            isDeprecated: object["deprecated"]?.boolValue ?? false, parameters: parameters.parameters, body: body.body,
            responses: isVersion2 ? responses2(of: located) : responses(of: located),
            security: self.security(method.value, at: place, api.securitySchemes) ?? security,
            servers: own ?? context.servers ?? api.servers)
    }

    /// Says that an operation can't be compiled, and why.
    mutating func refuse(_ operation: Place, _ reason: String) {
        note(.error, .refusedOperation, at: operation, reason)
    }

    // MARK: - What the API calls

    /// Webhooks (OpenAPI 3.1 §4.8.1).
    mutating func countWebhooks(_ root: JSON) {
        countInbound(root["webhooks"], at: Place.start.appending("webhooks"), "the webhook")
    }

    /// Callbacks (OpenAPI 3.1 §4.8.18).
    private mutating func countCallbacks(of operation: LocatedObject) {
        let place = operation.place.appending("callbacks")
        for (name, value) in operation["callbacks"]?.objectValue ?? [:] where !name.hasPrefix("x-") {
            guard let callback = followed(value, at: place.appending(name), "a callback") else { continue }
            countInbound(.object(callback.object), at: callback.place, "the callback")
        }
    }

    private mutating func countInbound(_ items: JSON?, at place: Place, _ kind: String) {
        for (name, value) in items?.objectValue ?? [:] where !name.hasPrefix("x-") {
            let place = place.appending(name)
            guard let item = followed(value, at: place, "a path item") else { continue }
            let count = item.object.names.count { Self.methods.contains($0) }
            guard count > 0 else { continue }
            inbound += count
            note(.note, .inboundOperation, at: place, "\(kind) is a call that the API makes, and is not compiled")
        }
    }
}
