internal import HTTPTypes
internal import Hummingbird

/// Lets the configured origins, and no other, call what lies behind it from a browser (Fetch §3.2).
struct OriginList<Context: RequestContext>: RouterMiddleware {
    let origins: Set<String>

    func handle(
        _ request: Request, context: Context, next: @concurrent (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let origin = request.headers[.origin], self.origins.contains(origin) || self.origins.contains("*") else {
            return try await next(request, context)
        }
        var response =
            request.method == .options
            ? Response(
                status: .noContent,
                headers: [
                    .accessControlAllowMethods: "GET, POST, PUT, DELETE",
                    .accessControlAllowHeaders: "Authorization, Content-Type, Accept", .accessControlMaxAge: "86400",
                ])
            : try await next(request, context)
        response.headers[.accessControlAllowOrigin] = self.origins.contains("*") ? "*" : origin
        response.headers[.vary] = "Origin"
        return response
    }
}
