import Ledger
import Testing
import Wire

@Suite("A price is read and written in the contract's member names")
struct PriceJSONTests {
    static let everything = """
        {"per_request_price":0.50,"input_price":0.0010,"input_price_unit":1000,"image_input_price":2e-3,\
        "audio_input_price":1.25,"audio_input_price_unit":1000000,"video_input_price":3,"output_price":0.002,\
        "image_output_price":0.04,"image_output_price_unit":1,"audio_output_price":9,"thinking_mode_output_price":0.008,\
        "thinking_mode_output_price_unit":1000,"cached_price":0.0001,"cache_creation_price":0.00125,"web_search_price":10,\
        "conditional_prices":[{"condition":{"input_token_min":32001,"input_token_max":128000,"output_token_max":200,\
        "start_time":1700000000,"end_time":1800000000,"resolution":["1080p"],"quality":["hd"],"service_tier":"flex",\
        "input_media":true,"input_video":false,"output_audio":false},"price":{"input_price":0.003}}]}
        """

    @Test("all of it survives a round trip, digit by digit")
    func roundTrip() throws {
        let price = try Price(Self.everything)
        #expect(price.json.serialized() == Self.everything)
        #expect(try Price(json: #require(price.json.objectValue)) == price)
    }

    @Test("each part is found by its name", arguments: Price.Part.allCases)
    func parts(_ part: Price.Part) throws {
        let price = try Price("{\"\(part.rawValue)_price\":7,\"\(part.rawValue)_price_unit\":10}")
        #expect(price[part]?.rate == Rate(picos: 700_000_000_000))
        #expect(Price.Part.allCases.filter { price[$0] != nil } == [part])
        #expect(!price.isFree)
    }

    @Test(
        "nothing, null and a unit of 0 mean none",
        arguments: ["{}", "{\"input_price\":null,\"conditional_prices\":null}", "{\"input_price_unit\":0}"])
    func nothing(_ text: String) throws {
        #expect(try Price(text) == Price())
        #expect(try Price(text).isFree)
        #expect(try Price("{\"input_price\":1,\"input_price_unit\":0}")[.input]?.rate == Rate(picos: 1_000_000_000))
    }

    @Test(
        "what is wrong is refused by the name of the member",
        arguments: [
            ("{\"input_price\":-1}", "input_price"), ("{\"input_price\":\"1\"}", "input_price"),
            ("{\"input_price\":1e300}", "input_price"), ("{\"output_price\":1e-30}", "output_price"),
            ("{\"input_price\":1,\"input_price_unit\":-1}", "input_price_unit"),
            ("{\"input_price\":1,\"input_price_unit\":1.5}", "input_price_unit"),
            ("{\"input_price_unit\":10000000000000}", "input_price_unit"),
            ("{\"per_request_price\":-0.1}", "per_request_price"), ("{\"per_request_price\":1e9}", "per_request_price"),
            ("{\"per_request_price\":1e-12}", "per_request_price"), ("{\"imput_price\":1}", "imput_price"),
            ("{\"conditional_prices\":{}}", "conditional_prices"), ("{\"conditional_prices\":[1]}", "conditional_prices[0]"),
            ("{\"conditional_prices\":[{\"condition\":{\"tokens\":1}}]}", "conditional_prices[0].condition.tokens"),
            ("{\"conditional_prices\":[{\"when\":{}}]}", "conditional_prices[0].when"),
            ("{\"conditional_prices\":[{\"condition\":[]}]}", "conditional_prices[0].condition"),
            ("{\"conditional_prices\":[{\"price\":{\"input_price\":-1}}]}", "conditional_prices[0].price.input_price"),
            (
                "{\"conditional_prices\":[{\"condition\":{\"service_tier\":\"gold\"}}]}",
                "conditional_prices[0].condition.service_tier"
            ),
            (
                "{\"conditional_prices\":[{\"condition\":{\"input_token_min\":9,\"input_token_max\":8}}]}",
                "conditional_prices[0].condition.input_token_max"
            ),
            (
                "{\"conditional_prices\":[{\"condition\":{\"start_time\":9,\"end_time\":9}}]}",
                "conditional_prices[0].condition.end_time"
            ),
            (
                "{\"conditional_prices\":[{\"condition\":{\"quality\":[\"\"]}}]}",
                "conditional_prices[0].condition.quality"
            ),
            (
                "{\"conditional_prices\":[{\"condition\":{\"input_media\":1}}]}",
                "conditional_prices[0].condition.input_media"
            ),
            (
                "{\"conditional_prices\":[{\"condition\":{},\"price\":{\"conditional_prices\":[{}]}}]}",
                "conditional_prices[0].price.conditional_prices"
            ),
        ])
    func refuses(_ text: String, member: String) throws {
        let error = #expect(throws: PriceError.self) { try Price(text) }
        #expect(error?.member == member)
        #expect(error?.expected.isEmpty == false)
    }

    @Test("a price so small that it would round to nothing is refused, not free")
    func tooSmall() throws {
        #expect(try Price("{\"input_price\":0.000000001}").isFree == false)
        #expect(throws: PriceError.self) { try Price("{\"input_price\":0.0000000001}") }
    }

    @Test("a list of conditions is bounded")
    func bounded() throws {
        let many = (1...101).map { "{\"condition\":{\"input_token_min\":\($0),\"input_token_max\":\($0)}}" }
        #expect(throws: PriceError.self) { try Price("{\"conditional_prices\":[\(many.joined(separator: ","))]}") }
        #expect(try Price("{\"conditional_prices\":[\(many.dropLast().joined(separator: ","))]}").conditional.count == 100)
    }
}
