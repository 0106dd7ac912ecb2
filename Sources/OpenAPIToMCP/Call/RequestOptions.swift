import Wire

/// What building a request may take, and what it may use.
struct RequestOptions: Sendable {
    /// Bytes of a file, with what its source says of it.
    struct File: Sendable, Hashable {
        var bytes: [UInt8]
        var mediaType: String?
        var name: String?
    }

    /// The most bytes of a body.
    var maximumBodyBytes = 64 << 20
    /// The most bytes of a URL: what the client that sends it takes (and RFC 9110 §4.1 asks for).
    var maximumURLBytes = 8_192
    /// A text that separates the parts of a multipart body: 1 to 70 of the characters that RFC 2046 §5.1.1 allows. It is asked again where the
    /// content has it.
    var boundary: @Sendable () -> String = Self.randomBoundary
    /// The contents of a resource that an argument links to, where whoever calls has read it; nil: it can't be read. Links are never followed
    /// here: what a model names must not make this machine read its own files or network.
    var resource: @Sendable (_ uri: String) -> File? = { _ in nil }

    static let standard = RequestOptions()

    init() {}

    private static func randomBoundary() -> String {
        var generator = SystemRandomNumberGenerator()
        return "portico-" + String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
    }
}
