import Testing
import Wire

@Suite("Base64url") struct Base64URLTests {
    @Test(
        "the vectors of RFC 4648 section 10, without padding",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func vectors(text: String, encoded: String) {
        #expect(Base64URL.encode(Array(text.utf8)) == encoded)
        #expect(Base64URL.decode(encoded) == Array(text.utf8))
    }

    @Test("all bytes survive") func allBytes() {
        let bytes = Array(UInt8.min...UInt8.max)
        #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
    }

    @Test(
        "bytes have one text form only", arguments: ["Z", "Zh", "Zm9", "Zg==", "Zg=", "+/8", "Zm9v Yg", "Zm\n9v", "Zm9vY", "é"])
    func refuses(text: String) { #expect(Base64URL.decode(text) == nil) }
}
