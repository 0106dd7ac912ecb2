import Testing
import Wire

@Suite("Digests of content") struct ContentDigestTests {
    @Test("a digest is SHA-256 (FIPS 180-4, the example of one block)") func known() {
        #expect(
            ContentDigest(Array("abc".utf8)).description == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("the digest of several depends on their order") func several() {
        let (one, two) = (ContentDigest([1]), ContentDigest([2]))
        #expect(
            ContentDigest([one, two]) != ContentDigest([two, one]) && ContentDigest([one, two]) == ContentDigest([one, two]))
    }
}
