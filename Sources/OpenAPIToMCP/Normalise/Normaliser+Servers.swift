import Wire

extension APIServer {
    /// Where the document came from: what a document without servers means (OpenAPI 3.1 §4.8.1).
    static let origin = APIServer(url: "/", description: nil, variables: [:])
}

extension Normaliser {
    /// The servers that an object lists (OpenAPI 3.1 §4.8.5); nil where it lists none that can be called.
    mutating func servers(_ holder: JSON, at place: Place) -> [APIServer]? {
        guard let list = holder["servers"]?.arrayValue, !list.isEmpty else { return nil }
        let place = place.appending("servers")
        let servers = list.enumerated().compactMap { server($1, at: place.appending($0)) }
        return servers.isEmpty ? nil : servers
    }

    private mutating func server(_ value: JSON, at place: Place) -> APIServer? {
        guard let url = value["url"]?.stringValue else {
            note(.warning, .invalidServer, at: place, "the server has no URL, and is left out")
            return nil
        }
        var variables: [String: APIServer.Variable] = [:]
        for (name, variable) in value["variables"]?.objectValue ?? [:] {
            let values = variable["enum"]?.arrayValue?.compactMap(Self.text)
            let standard = Self.text(variable["default"])
            let place = place.appending("variables").appending(name)
            if standard == nil {
                note(.warning, .invalidServer, at: place, "the variable has no default", advice: "give it one")
            }
            if let standard, let values, !values.isEmpty, !values.contains(standard) {
                note(.warning, .invalidServer, at: place, "the variable's default is none of its values")
            }
            guard let standard = standard ?? values?.first else { continue }
            guard !ServerTemplate.changesHost(url, variable: name, value: standard) else {
                note(
                    .warning, .invalidServer, at: place,
                    "the variable's default would change the host, and the server is left out",
                    advice: "give it a value that is a part of a host's name")
                return nil
            }
            variables[name] = APIServer.Variable(values: values.flatMap { $0.isEmpty ? nil : $0 }, standard: standard)
        }
        guard let names = PathTemplate.names(in: url), names.allSatisfy({ variables[$0] != nil }) else {
            note(
                .warning, .invalidServer, at: place, "the URL has a variable without a value, and the server is left out",
                advice: "describe it in the server's `variables`")
            return nil
        }
        return APIServer(url: url, description: value["description"]?.stringValue, variables: variables)
    }

    // MARK: - Version 2.0

    /// `schemes`, `host` and `basePath` as servers. What is absent is that of where the document came from.
    mutating func servers2(_ root: JSON) -> [APIServer] {
        servers2(root, schemes: root["schemes"], at: .start)
    }

    /// The servers of an operation that has `schemes` of its own; nil where it has none.
    mutating func operationServers2(_ operation: LocatedObject) -> [APIServer]? {
        guard let schemes = operation["schemes"], schemes.arrayValue?.isEmpty == false else { return nil }
        return servers2(documents.documents[0].root, schemes: schemes, at: operation.place)
    }

    private mutating func servers2(_ root: JSON, schemes: JSON?, at place: Place) -> [APIServer] {
        var base = root["basePath"]?.stringValue ?? ""
        while base.hasSuffix("/") { base.removeLast() }
        if !base.isEmpty, !base.hasPrefix("/") {
            note(.warning, .invalidServer, at: .start.appending("basePath"), "the base path does not begin with a slash")
            base = "/" + base
        }
        guard var host = root["host"]?.stringValue, !host.isEmpty else {
            return [APIServer(url: base.isEmpty ? "/" : base, description: nil, variables: [:])]
        }
        var listed = (schemes?.arrayValue ?? []).compactMap(\.stringValue).map { $0.lowercased() }
        if let mark = host.firstRange(of: "://") {
            note(.warning, .invalidServer, at: .start.appending("host"), "the host must be without a scheme")
            listed = [host[..<mark.lowerBound].lowercased()]
            host = String(host[mark.upperBound...])
        }
        while host.hasSuffix("/") { host.removeLast() }
        let known = listed.filter { $0 == "https" || $0 == "http" }
        if known.isEmpty, !listed.isEmpty {
            note(.warning, .invalidServer, at: place.appending("schemes"), "none of the schemes is https or http; https is taken")
        }
        return schemesInOrder(known).map { APIServer(url: "\($0)://\(host)\(base)", description: nil, variables: [:]) }
    }

    /// The first server is the one that is called: credentials go out in clear only where the document knows nothing better.
    private func schemesInOrder(_ known: [String]) -> [String] {
        if known.isEmpty { return [documents.documents[0].uri.hasPrefix("http://") ? "http" : "https"] }
        return ["https", "http"].filter(known.contains)
    }
}
