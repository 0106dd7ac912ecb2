import Testing
import Wire

@Suite("formats of JSON Schema")
struct JSONSchemaFormatTests {
    @Test(
        "are judged where that is asked for",
        arguments: [
            (
                .dateTime, ["2026-02-28T12:30:00Z", "2024-02-29t23:59:60.5z", "1990-12-31T15:59:60-08:00"],
                [
                    "2026-02-28 12:30:00Z", "2026-02-28T12:30:00", "2026-02-29T00:00:00Z", "2026-02-28T12:30:60Z",
                    "2026-02-28T12:30:00.Z",
                ]
            ),
            (
                .date, ["2026-02-28", "2000-02-29"],
                ["2026-2-28", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31", "2026-02-28Z", "২০২৬-০২-২৮"]
            ),
            (
                .time, ["12:30:00Z", "23:59:60+00:00", "01:02:03.456-07:30"],
                ["12:30:00", "24:00:00Z", "12:60:00Z", "12:30:00+1:00", "12:30:00+24:00"]
            ),
            (
                .email, ["a@example.com", #""a b"@example.com"#, "a.b+c@[127.0.0.1]", "a@[IPv6:::1]"],
                ["a", "@example.com", "a@", ".a@example.com", "a..b@example.com", "a@-x", "a@[300.0.0.1]", #""a"b"@example.com"#]
            ),
            (
                .uri, ["https://a.example/b?c#d", "urn:uuid:x", "mailto:a@example.com", "http://[::1]:80/", "http://u:p@h"],
                ["/relative", "a", "", "http://a b", "http://[::1", "1http://a", "http://a:port/", "x:%g0", "http://a/\\b"]
            ),
            (
                .uuid, ["2eb8aa08-aa98-11ea-b4aa-73b441d16380", "2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
                [
                    "2eb8aa08aa9811eab4aa73b441d16380", "2eb8aa08-aa98-11ea-b4aa-73b441d1638",
                    "2eb8aa08-aa98-11ea-b4ga-73b441d16380",
                ]
            ),
            (
                .ipv4, ["127.0.0.1", "255.255.255.255"],
                ["256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.4.5", "0x7f.0.0.1", "1.2.3.4/8", ""]
            ),
            (
                .ipv6, ["::", "::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "1::8", "1:2:3:4:5:6:7::"],
                [
                    ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8::", "::1.2.3.4:5", "fe80::1%eth0",
                    ":1:2:3:4:5:6:7", "",
                ]
            ),
            (
                .hostname, ["a", "a.example", "xn--4gbwdl.xn--wgbh1c", "1a-b"],
                ["", "-a", "a-", "a..b", "a_b", "a.", String(repeating: "a", count: 64), "ab--c"]
            ),
        ] as [(JSONSchemaFormat, [String], [String])])
    func asserted(format: JSONSchemaFormat, valid: [String], invalid: [String]) throws {
        var options = JSONSchemaOptions()
        options.assertsFormats = true
        let schema = try #require(JSONSchema.compile(["format": .string(format.rawValue)], options: options).schema)
        for text in valid { #expect(schema.isValid(.string(text)), "\(text)") }
        for text in invalid {
            #expect(schema.firstViolation(in: .string(text))?.message == "must be \(expectation(format))", "\(text)")
        }
        #expect(schema.isValid(7))
    }

    private func expectation(_ format: JSONSchemaFormat) -> String {
        switch format {
        case .dateTime: "a date and time with an offset, such as 2026-02-28T12:30:00Z"
        case .date: "a date such as 2026-02-28"
        case .time: "a time with an offset, such as 12:30:00Z"
        case .email: "an e-mail address"
        case .uri: "a URI with its scheme"
        case .uuid: "a UUID"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .hostname: "a host name"
        }
    }

    @Test("are annotations otherwise, and so are those that are not known")
    func annotations() throws {
        #expect(try #require(JSONSchema.compile(["format": "uuid"]).schema).isValid("x"))
        var options = JSONSchemaOptions()
        options.assertsFormats = true
        #expect(try #require(JSONSchema.compile(["format": "duration"], options: options).schema).isValid("x"))
    }
}
