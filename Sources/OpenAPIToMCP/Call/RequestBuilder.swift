import Outbound
import Wire

/// Makes the request of a call: the plan says where each argument goes, and how it is written there.
enum RequestBuilder {
    /// The request that the arguments make, without credentials. The arguments fit the tool's input schema already; what a schema can't say is
    /// looked at here.
    ///
    /// - Parameter server: the absolute URL that the API begins at. Nothing in the template or the arguments leads anywhere else.
    /// - Throws: `CallFault` that names the argument.
    static func request(
        _ plan: ToolPlan, arguments: JSONObject, server: String, schemas: SchemaTable, options: RequestOptions = .standard
    ) throws(CallFault) -> WebRequest {
        let request = plan.request
        try checkNames(of: arguments, for: request)
        var address = RequestAddress(path: request.path)
        var headers = RequestHeaders()
        if !plan.result.accept.isEmpty { try headers.set("Accept", plan.result.accept, argument: nil) }
        for parameter in request.parameters {
            guard let value = arguments[parameter.argument] else {
                guard !parameter.isRequired else { throw CallFault(parameter.argument, "is missing") }
                continue
            }
            switch parameter.location {
            case .path: try address.set(parameter, to: PathValue.text(of: value, for: parameter))
            case .query: address.query += try QueryValue.pairs(of: value, for: parameter)
            case .header: try headers.add(parameter, value)
            case .cookie: try headers.addCookies(QueryValue.pairs(of: value, for: parameter))
            }
        }
        var body: [UInt8] = []
        if let plan = request.body {
            let writer = BodyWriter(plan: plan, schemas: schemas, options: options)
            if let content = try writer.content(of: arguments) {
                try headers.set("Content-Type", content.mediaType, argument: nil)
                body = content.bytes
            }
        }
        let url = try address.url(at: server, atMost: options.maximumURLBytes)
        return WebRequest(request.method, url, headers: headers.fields, body: body)
    }

    /// An argument that nothing takes would be lost without a word.
    private static func checkNames(of arguments: JSONObject, for plan: RequestPlan) throws(CallFault) {
        var known = Set(plan.parameters.map(\.argument))
        switch plan.body?.source {
        case .members(let members): known.formUnion(members.map(\.argument))
        case .whole(let argument): known.insert(argument)
        case nil: break
        }
        for name in arguments.names where !known.contains(name) { throw CallFault(name, "is not one of this tool's") }
    }
}
