import MCPServer
import Testing

@testable import Embedded

@Suite("the catalogue of embedded servers")
struct EmbeddedCatalogueTests {
    private let catalogue = EmbeddedCatalogue()

    @Test(
        "every server has a name, a description and templates without a key twice, and good examples",
        arguments: EmbeddedServer.allCases)
    func entries(server: EmbeddedServer) {
        let entry = server.entry
        #expect(!entry.name.isEmpty)
        #expect(!entry.description.isEmpty)
        #expect(Set(entry.templates.map(\.name)).count == entry.templates.count)
        for template in entry.templates {
            #expect(template.fault(template.example) == nil, "the example of \(template.name)")
            if let value = template.defaultValue { #expect(template.fault(value) == nil) }
        }
    }

    @Test("an unknown id is named, with those there are")
    func unknownServer() {
        let error = #expect(throws: EmbeddedConfigError.self) { try catalogue.makeService(id: "tims") }
        #expect(error?.code == .unknownServer)
        #expect(error?.description.contains("tims") == true)
        #expect(error?.description.contains("time") == true)
    }

    @Test(
        "a bad value is named by its key, and its value is not repeated",
        arguments: [
            (["local_timezone": "Secret/Value"], [:], EmbeddedConfigError.Code.invalid, "local_timezone"),
            (["timezone": "UTC"], [:], .unknownKey, "timezone"),
            ([:], ["local_timezone": "UTC"], .unknownKey, "local_timezone"),
        ] as [([String: String], [String: String], EmbeddedConfigError.Code, String)])
    func badValues(initial: [String: String], reusing: [String: String], code: EmbeddedConfigError.Code, key: String) {
        let error = #expect(throws: EmbeddedConfigError.self) {
            try catalogue.makeService(id: "time", initial: initial, reusing: reusing)
        }
        #expect(error?.code == code)
        #expect(error?.key == key)
        #expect(error?.description.contains("Secret") == false)
    }

    @Test("an empty value counts as none")
    func emptyValue() throws {
        _ = try catalogue.makeService(id: "time", initial: ["local_timezone": ""], reusing: ["anything": ""])
    }

    @Test("what the operator gives is checked without a group's values")
    func checkInitial() throws {
        try catalogue.checkInitial(id: "time", ["local_timezone": "Asia/Tokyo"])
        #expect(throws: EmbeddedConfigError.self) { try catalogue.checkInitial(id: "time", ["local_timezone": "x"]) }
        #expect(try !catalogue.needsReusingValues(id: "time", initial: [:]))
    }

    @Test(
        "each kind says who gives the value and whether it must be given",
        arguments: [
            (ConfigTemplate.Kind.initOptional, false, true, false), (.reusingOptional, false, false, true),
            (.initOnly, true, true, false), (.reusingOnly, true, false, true), (.initOrReusingOnly, true, true, true),
        ])
    func kinds(kind: ConfigTemplate.Kind, isRequired: Bool, atInit: Bool, forReuse: Bool) {
        #expect(kind.isRequired == isRequired)
        #expect(kind.isTakenAtInit == atInit)
        #expect(kind.isTakenForReuse == forReuse)
    }
}
