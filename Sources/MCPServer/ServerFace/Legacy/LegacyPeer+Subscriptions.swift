import Wire

extension LegacyPeer {
    /// The longest URI that is subscribed to, in bytes.
    private static let maximumURIBytes = 16 << 10

    /// From now on changes of lists can reach the client: they are watched for where the service offers them.
    func listen(on service: any MCPService) {
        subscriptions(on: service)?.watchLists()
    }

    /// The change of subscriptions that a request asks for; nil where it is another request.
    /// - Throws: `invalidParams` that names the member.
    static func subscription(_ request: RequestMessage) throws(MCPError) -> SubscriptionPlan.Edit? {
        let isSubscription = request.method == "resources/subscribe"
        guard isSubscription || request.method == "resources/unsubscribe" else { return nil }
        guard let uri = request.params?["uri"]?.stringValue else { throw .invalidParams("params.uri must be a string") }
        guard uri.utf8.count <= maximumURIBytes else {
            throw .invalidParams("params.uri is longer than \(maximumURIBytes) bytes")
        }
        return isSubscription ? .subscribe(uri) : .unsubscribe(uri)
    }
}
