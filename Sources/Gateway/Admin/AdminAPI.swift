public import Directory
internal import HTTPTypes
public import Hummingbird
public import Logging
public import ModelRelay
internal import NIOCore
public import Storage
public import Wire

/// The operator's API under `/api`, in the paths, bodies and answers of the contract that existing programs use; and its
/// description at `/swagger/doc.json`.
///
/// Every answer is `{"success": …, "message": …, "data": …}` with an `X-Request-Id`. A change is in the directory before it is answered, so the
/// next request sees it.
public struct AdminAPI: Sendable {
    private let services: AdminServices
    private let keys: AdminKeyCheck
    private let requestIDs = RequestIDSource()
    private let changes = WriteQueue()
    private let logger: Logger
    private let table: OperationTable

    /// The API over the store, and the directory that its changes go to.
    ///
    /// - Parameters:
    ///   - tools: lists the tools of MCP servers; nil = they are not shown.
    ///   - upstreams: knows the servers that calls were passed on to; nil = there are none.
    ///   - previewer: compiles OpenAPI documents; nil = they can't be looked at.
    ///   - providers: the kinds of channel.
    ///   - models: what is known of models.
    ///   - health: what is known of how channels do.
    public init(
        store: Store, directory: LiveDirectory, configuration: Configuration, tester: any ChannelTester,
        tools: (any ToolLister)? = nil, upstreams: (any UpstreamHealthSource)? = nil,
        previewer: (any DocumentPreviewer)? = nil, providers: ProviderCatalogue, models: ModelCatalogue,
        health: ChannelHealth = ChannelHealth(), clock: WallClock = .system, logger: Logger
    ) {
        services = AdminServices(
            store: store, directory: directory, configuration: configuration, tester: tester,
            configuredServers: ConfiguredServers(servers: configuration.configuredServers),
            toolLists: ToolLists(lister: tools, clock: clock), upstreams: upstreams, previewer: previewer,
            providers: providers, models: models, health: health, clock: clock, startedAt: clock.nowMilliseconds())
        keys = AdminKeyCheck(key: configuration.keys.admin)
        self.logger = logger
        table = .standard
    }

    /// Adds `/api` and everything below it, and `/swagger/doc.json`. The relay's own paths under `/api/v1` and `/api/v3`, where they are
    /// served, have to be taken before the router.
    public func addRoutes<Router: RouterMethods>(to router: Router) {
        for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch] {
            for path: RouterPath in ["/api", "/api/**"] {
                router.on(path, method: method) { request, _ in await answer(request) }
            }
        }
        router.on("/swagger/doc.json", method: .get) { _, _ in
            Response(status: .ok, headers: jsonHeaders, body: ResponseBody(byteBuffer: ByteBuffer(bytes: SwaggerDocument.bytes)))
        }
    }

    /// Answers one request; never throws.
    func answer(_ request: Request) async -> Response {
        let requestID = requestIDs.next(nowMilliseconds: services.clock.nowMilliseconds())
        do {
            let data = try await result(of: request, requestID: requestID)
            return response(.ok, requestID, ["success": true, "message": "", "data": data])
        } catch {
            let failure = AdminFailure(error)
            if failure.status.code >= 500, failure.status != .notImplemented {
                logger.error(
                    "admin operation failed",
                    metadata: ["request_id": "\(requestID)", "error": "\(error)", "method": "\(request.method)"])
            }
            var envelope: JSONObject = ["success": false, "message": .string(failure.message)]
            if let data = failure.data { envelope["data"] = data }
            return response(failure.status, requestID, .object(envelope))
        }
    }

    private func result(of request: Request, requestID: Wire.RequestID) async throws -> JSON {
        let query = try QueryParameters(request.uri.query ?? "")
        let path = request.uri.path.split(separator: "/").map { percentDecoded($0) }
        guard !path.contains(nil) else { throw AdminFailure(.badRequest, "path: expected percent-encoded UTF-8") }
        let found = table.find(request.method, path.dropFirst().compactMap { $0 })
        // Without the key nothing is told, not even which paths there are.
        if case .served(let operation, _) = found, operation.isPublic {
        } else {
            try keys.check(request.headers[.authorization], query)
        }
        switch found {
        case .served(let operation, let parameters):
            let call = AdminCall(
                parameters: parameters, query: query, host: request.head.authority ?? "", body: try await body(of: request))
            let data =
                operation.changesDirectory
                ? try await changes.run { try await operation.run(call, services) } : try await operation.run(call, services)
            if request.method != .get {
                logger.info(
                    "admin operation",
                    metadata: ["request_id": "\(requestID)", "operation": "\(operation.method) \(operation.pattern)"])
            }
            return data
        case .notServed: throw AdminFailure(.notImplemented, "this operation is not served yet")
        case .otherMethod(let methods):
            throw AdminFailure(
                .methodNotAllowed, "method: expected \(methods.map(\.rawValue).sorted().joined(separator: " or "))")
        case .unknown: throw AdminFailure(.notFound, "there is no such path")
        }
    }

    private func body(of request: Request) async throws -> [UInt8] {
        let limit = services.configuration.limits.requestBodyBytes
        do {
            return Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw AdminFailure(.contentTooLarge, "body: expected at most \(limit) bytes")
        } catch let error as any HTTPResponseError {
            throw AdminFailure(error.status, "body: can't be read")
        } catch {
            throw AdminFailure(.badRequest, "body: can't be read")
        }
    }

    private var jsonHeaders: HTTPFields { [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"] }

    private func response(_ status: HTTPResponse.Status, _ requestID: Wire.RequestID, _ envelope: JSON) -> Response {
        var headers = jsonHeaders
        if let name = HTTPField.Name("X-Request-Id") { headers[name] = requestID.description }
        if status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: envelope.serializedBytes())))
    }
}
