import Outbound
import Synchronization

/// A web of documents, for tests without sockets. It refuses addresses as the guarded client does for tenants, by the same policy.
final class ScriptedWeb: WebClient {
    struct Page: Sendable {
        var status = 200
        var headers: [(name: String, value: String)] = []
        var body = ""
        /// Where the answer comes from, after redirects.
        var movedTo: String?
        /// Whether it never comes.
        var hangs = false
        /// Why there is none.
        var failure: OutboundError?
    }

    private let pages: Mutex<[String: Page]>
    private let asked = Mutex<[WebRequest]>([])

    init(_ pages: [String: Page]) { self.pages = Mutex(pages) }

    /// With nothing but texts.
    convenience init(texts: [String: String]) { self.init(texts.mapValues { Page(body: $0) }) }

    /// What was asked for, sorted by URL.
    var requests: [WebRequest] { asked.withLock { $0 }.sorted { $0.url < $1.url } }

    func set(_ url: String, _ page: Page) { pages.withLock { $0[url] = page } }

    func send(_ request: WebRequest) async throws(OutboundError) -> any WebResponse {
        asked.withLock { $0.append(request) }
        let host = request.url.split(separator: "/").dropFirst().first?.split(separator: ":").first ?? ""
        if let address = IPAddress(host), let refusal = AddressPolicy.publicInternet.refusal(of: address) {
            throw OutboundError(.refusedAddress, "\(host) is \(refusal)")
        }
        guard let page = pages.withLock({ $0[request.url] }) else { return ScriptedAnswer(Page(status: 404), request.url) }
        if let failure = page.failure { throw failure }
        if page.hangs {
            // Ends early only where the task is cancelled.
            try? await Task.sleep(for: .seconds(3600))
            throw OutboundError(.cancelled, "cancelled")
        }
        let tag = page.headers.first { $0.name == "ETag" }?.value
        if let tag, request.headers.contains(where: { $0.name == "If-None-Match" && $0.value == tag }) {
            return ScriptedAnswer(Page(status: 304), request.url)
        }
        return ScriptedAnswer(page, page.movedTo ?? request.url)
    }
}

private final class ScriptedAnswer: WebResponse {
    let status: Int
    let headers: [(name: String, value: String)]
    let url: String
    private let rest: Mutex<[UInt8]?>

    init(_ page: ScriptedWeb.Page, _ url: String) {
        status = page.status
        headers = page.headers
        self.url = url
        rest = Mutex(Array(page.body.utf8))
    }

    func next() async throws(OutboundError) -> [UInt8]? {
        rest.withLock { rest in
            defer { rest = nil }
            return rest
        }
    }

    func cancel() { rest.withLock { $0 = nil } }
}
