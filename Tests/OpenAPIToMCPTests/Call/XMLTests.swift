import Testing
import Wire

@testable import OpenAPIToMCP

@Suite("XML by a schema's hints")
struct XMLTests {
    private static func written(_ value: JSON, _ schema: JSON, _ schemas: SchemaTable = SchemaTable()) throws -> String {
        let bytes = try XMLWriter(schemas: schemas, argument: "body", maximumBytes: 1 << 20).document(value, schema: schema)
        return String(String(decoding: bytes, as: UTF8.self).dropFirst("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".count))
    }

    private static func animals(_ xml: JSON?, items: JSON?) -> JSON {
        var list: JSON = ["type": "array", "items": ["type": "string"]]
        list["xml"] = xml
        if let items { list["items"] = ["type": "string", "xml": items] }
        return ["type": "object", "xml": ["name": "r"], "properties": ["animals": list]]
    }

    @Test(
        "lists as the specification's examples have them",
        arguments: [
            (animals(nil, items: nil), "<animals>a</animals><animals>b</animals>"),
            (animals(nil, items: ["name": "animal"]), "<animal>a</animal><animal>b</animal>"),
            (animals(["name": "aliens"], items: ["name": "animal"]), "<animal>a</animal><animal>b</animal>"),
            (animals(["wrapped": true], items: nil), "<animals><animals>a</animals><animals>b</animals></animals>"),
            (
                animals(["name": "aliens", "wrapped": true], items: ["name": "animal"]),
                "<aliens><animal>a</animal><animal>b</animal></aliens>"
            ),
            (animals(["name": "aliens", "wrapped": true], items: nil), "<aliens><aliens>a</aliens><aliens>b</aliens></aliens>"),
        ])
    func lists(schema: JSON, expected: String) throws {
        let value: JSON = ["animals": ["a", "b"]]
        let text = try Self.written(value, schema)
        #expect(text == "<r>\(expected)</r>")
        #expect(XMLValueReader(schemas: SchemaTable()).value(of: try XMLReader.read(Array(text.utf8)), schema: schema) == value)
    }

    @Test("names, attributes, prefixes and namespaces, and back")
    func hints() throws {
        var schemas = SchemaTable()
        schemas["Person"] = [
            "type": "object",
            "properties": [
                "id": ["type": "integer", "xml": ["attribute": true]],
                "name": ["type": "string", "xml": ["namespace": "http://example.com/schema/sample", "prefix": "sample"]],
                "isOld": ["type": ["boolean", "null"], "xml": ["name": "old"]], "score": ["type": "number"],
                "friend": ["$ref": "#/$defs/Person"],
            ],
        ]
        let value: JSON = [
            "id": 123, "name": "a<b>&\"c\"\r\n\té漢]]>", "isOld": true, "score": 1.50, "friend": ["id": 4, "name": " x "],
        ]
        let text = try Self.written(value, ["$ref": "#/$defs/Person"], schemas)
        #expect(
            text.hasPrefix(
                "<Person id=\"123\"><sample:name xmlns:sample=\"http://example.com/schema/sample\">a&lt;b&gt;&amp;\"c\"&#13;\n\té"
            ))
        #expect(
            text.hasSuffix(
                "<friend id=\"4\"><sample:name xmlns:sample=\"http://example.com/schema/sample\"> x </sample:name></friend></Person>"
            ))
        let back = XMLValueReader(schemas: schemas).value(
            of: try XMLReader.read(Array(text.utf8)), schema: ["$ref": "#/$defs/Person"])
        #expect(back == value)
    }

    @Test("attributes keep line ends and quotes")
    func attributes() throws {
        let schema: JSON = ["type": "object", "properties": ["a": ["type": "string", "xml": ["attribute": true]]]]
        let value: JSON = ["a": "x\"\n\t<&'\r"]
        let text = try Self.written(value, schema)
        #expect(text == "<root a=\"x&quot;&#10;&#9;&lt;&amp;'&#13;\"></root>")
        #expect(XMLValueReader(schemas: SchemaTable()).value(of: try XMLReader.read(Array(text.utf8)), schema: schema) == value)
    }

    @Test(
        "what XML can't hold is refused",
        arguments: [["a b": 1], ["<x>": 1], ["1a": 1], ["a:b:c": 1], ["": 1], ["a": "\u{0}"], ["a": "\u{FFFE}"]] as [JSON])
    func refused(value: JSON) {
        #expect(throws: CallFault.self) { try Self.written(value, true) }
    }

    @Test("without a schema elements are texts, objects and lists by their looks")
    func generic() throws {
        let root = try XMLReader.read(Array("<r a='1'><b>x</b><c/><c><d><![CDATA[<y>]]></d></c><!-- no -->&lt;t</r>".utf8))
        #expect(
            XMLValueReader(schemas: SchemaTable()).value(of: root, schema: true)
                == ["a": "1", "b": "x", "c": ["", ["d": "<y>"]], "#text": "<t"])
    }

    @Test("an element that says it is nil is null")
    func null() throws {
        let root = try XMLReader.read(Array("<r xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><b i:nil='true'/></r>".utf8))
        let schema: JSON = ["type": "object", "properties": ["b": ["type": ["string", "null"]]]]
        #expect(XMLValueReader(schemas: SchemaTable()).value(of: root, schema: schema) == ["b": nil])
    }

    @Test("documents in other encodings are read by what they declare")
    func encodings() throws {
        let latin = Array("<?xml version='1.0' encoding='ISO-8859-1'?><r>".utf8) + [0xE9] + Array("</r>".utf8)
        #expect(try XMLReader.read(latin).text == "é")
    }

    @Test(
        "documents with a type declaration are refused, whatever it would fetch or grow",
        arguments: [
            "<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>", "<!DOCTYPE r [<!ENTITY x SYSTEM 'http://127.0.0.1/'>]><r>&x;</r>",
            "<!DOCTYPE r [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]><r>&c;</r>",
            "<!DOCTYPE r [<!ENTITY % p SYSTEM 'http://127.0.0.1/x.dtd'> %p;]><r/>", "<?xml version='1.0'?><!DOCTYPE html><r/>",
        ])
    func typeDeclarations(text: String) {
        #expect(throws: XMLReader.Fault.typeDeclaration) { try XMLReader.read(Array(text.utf8)) }
    }

    @Test(
        "what is not well-formed is no document",
        arguments: ["", "x", "<a>", "<a></b>", "<a/><b/>", "<a>&x;</a>", "<a b=1/>", "<a>\u{0}</a>"])
    func malformed(text: String) {
        #expect(throws: XMLReader.Fault.malformed) { try XMLReader.read(Array(text.utf8)) }
    }

    @Test("documents are bounded in size, depth and number of parts")
    func bounds() {
        let deep = String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200)
        #expect(throws: XMLReader.Fault.tooLarge) { try XMLReader.read(Array(deep.utf8)) }
        let veryDeep = String(repeating: "<a>", count: 100_000)
        #expect(throws: XMLReader.Fault.self) { try XMLReader.read(Array(veryDeep.utf8)) }
        var limits = XMLReader.Limits()
        limits.nodes = 10
        let wide = "<r>" + String(repeating: "<a b='1'/>", count: 10) + "</r>"
        #expect(throws: XMLReader.Fault.tooLarge) { try XMLReader.read(Array(wide.utf8), limits: limits) }
        limits.bytes = 5
        #expect(throws: XMLReader.Fault.tooLarge) { try XMLReader.read(Array("<root/>".utf8), limits: limits) }
    }
}
