import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Gateway

@Suite("Codings of bodies")
struct ContentCodingTests {
    private static let text = String(repeating: "The gateway answers, and the answer is the gateway's. ", count: 3)
    // Written by Python's gzip and zlib.
    private static let gzip = "H4sIAAAAAAACAwvJSFVITyxJLU+sVEjMKy5PLSrWATJSFEqAEhABhcxiMA+qTL1YTyGEjroAs6AuBqIAAAA="
    private static let zlib = "eJwLyUhVSE8sSS1PrFRIzCsuTy0q1gEyUhRKgBIQAYXMYjAPqky9WE8hhI66AIEhObg="

    private static func bytes(_ base64: String) throws -> ByteBuffer {
        ByteBuffer(bytes: try #require(Data(base64Encoded: base64)))
    }

    private static func decode(_ body: ByteBuffer, _ encoding: [Substring], limit: Int = 10_000) -> Result<
        String, ContentCoding.Failure
    > {
        do throws(ContentCoding.Failure) {
            return .success(String(buffer: try ContentCoding.decode(body, encoding: encoding, limit: limit)))
        } catch {
            return .failure(error)
        }
    }

    @Test("what others wrote is read", arguments: [(Self.gzip, "gzip"), (Self.gzip, "X-GZIP"), (Self.zlib, "deflate")])
    func fixtures(base64: String, encoding: String) throws {
        #expect(Self.decode(try Self.bytes(base64), [encoding[...]]) == .success(Self.text))
    }

    @Test("identity, and none at all", arguments: [[], ["identity"]] as [[Substring]])
    func identity(encoding: [Substring]) { #expect(Self.decode(ByteBuffer(string: "plain"), encoding) == .success("plain")) }

    @Test("ours is read again, whatever the length", arguments: [0, 1, 1000, 16 << 10, 100_003])
    func roundTrip(count: Int) throws {
        var dice = SeededRandom(seed: UInt64(count))
        let body = ByteBuffer(bytes: (0..<count).map { _ in UInt8.random(in: 97...104, using: &dice) })
        let zipped = try #require(ContentCoding.gzip(body))
        #expect(try ContentCoding.decode(zipped, encoding: ["gzip"], limit: count) == body)
    }

    @Test("the limit is that of the decoded body, to the byte")
    func limit() throws {
        let body = try #require(ContentCoding.gzip(ByteBuffer(repeating: 0, count: 100_000)))
        #expect(Self.decode(body, ["gzip"], limit: 99_999) == .failure(.tooLarge))
        #expect(try Self.decode(body, ["gzip"], limit: 100_000).get().utf8.count == 100_000)
    }

    @Test("a bomb is given up at the limit")
    func bomb() throws {
        let body = try #require(ContentCoding.gzip(ByteBuffer(repeating: 0, count: 50 << 20)))
        #expect(body.readableBytes < 300_000)
        #expect(Self.decode(body, ["gzip"]) == .failure(.tooLarge))
    }

    @Test("every cut of a body is refused, and so is what follows one")
    func cut() throws {
        let whole = try Self.bytes(Self.gzip)
        for count in 0..<whole.readableBytes {
            #expect(
                Self.decode(try #require(whole.getSlice(at: whole.readerIndex, length: count)), ["gzip"])
                    == .failure(.invalid("gzip")))
        }
        var longer = whole
        longer.writeString("x")
        #expect(Self.decode(longer, ["gzip"]) == .failure(.invalid("gzip")))
    }

    @Test("a body with any byte changed is refused, or reads the same", arguments: 0..<58)
    func changed(index: Int) throws {
        var body = try Self.bytes(Self.gzip)
        let byte = try #require(body.getInteger(at: index, as: UInt8.self))
        body.setInteger(byte ^ 0x55, at: index)
        let result = Self.decode(body, ["gzip"])
        // The head's flags, time and system are no part of the check sum.
        #expect(result == .failure(.invalid("gzip")) || result == .success(Self.text) && 3...9 ~= index)
    }

    @Test("codings that aren't known", arguments: [["br"], ["zstd"], ["gzip", "gzip"], [""]] as [[Substring]])
    func unknown(encoding: [Substring]) {
        #expect(Self.decode(ByteBuffer(string: "x"), encoding) == .failure(.unknown(encoding.joined(separator: ", "))))
    }

    @Test(
        "whether a client takes gzip (RFC 9110 §12.5.3)",
        arguments: [
            (["gzip"], true), (["GZIP;q=0.5"], true), (["br, gzip"], true), (["br", "gzip"], true), (["*"], true),
            (["gzip;q=0"], false),
            (["gzip; q=0.000, *"], false), (["*;q=0"], false), (["br"], false), ([""], false), ([], false), (["identity"], false),
            (["x-gzip"], true),
            (["gzip;q=0.001"], true),
        ])
    func acceptance(fields: [String], takes: Bool) {
        #expect(AcceptEncoding.allowsGzip(HTTPHeaders(fields.map { ("Accept-Encoding", $0) })) == takes)
    }

    @Test("what is worth it: whole answers of text, neither short nor huge")
    func worth() {
        let json: HTTPHeaders = ["Content-Type": "application/json", "Content-Length": "2000"]
        #expect(WholeAnswer.isWorthCoding(.ok, json))
        #expect(WholeAnswer.isWorthCoding(.badRequest, json))
        for (name, value) in [
            ("Content-Length", "1023"), ("Content-Length", "1048577"), ("Content-Type", "image/png"), ("Content-Encoding", "br"),
        ] {
            var headers = json
            headers.replaceOrAdd(name: name, value: value)
            #expect(!WholeAnswer.isWorthCoding(.ok, headers))
        }
        #expect(!WholeAnswer.isWorthCoding(.ok, ["Content-Type": "text/event-stream"]))
        #expect(!WholeAnswer.isWorthCoding(.notModified, json))
    }
}
