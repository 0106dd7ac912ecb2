import Ledger
import Testing

@Suite("Of the conditional prices that hold, the most specific counts")
struct ConditionalPriceTests {
    /// What one input token costs in whole currency units, which names the price that was taken.
    private func taken(
        _ conditions: String, base: Int = 1, at seconds: Int64 = 1_750_000_000, fuzzy: Bool = true,
        _ change: (inout Usage, inout UsageContext) -> Void = { _, _ in }
    ) throws -> Int64 {
        var usage = Usage()
        var context = UsageContext()
        usage.input = 1
        change(&usage, &context)
        let price = try Price("{\"input_price\":\(base),\"input_price_unit\":1,\"conditional_prices\":[\(conditions)]}")
        let inForce = price.inForce(for: usage, context: context, at: seconds * 1000, matchesResolutionClasses: fuzzy)
        return (inForce[.input]?.rate.picos ?? 0) / 1_000_000_000_000
    }

    private func when(_ condition: String, _ price: Int) -> String {
        "{\"condition\":{\(condition)},\"price\":{\"input_price\":\(price),\"input_price_unit\":1}}"
    }

    @Test("tiers by total input, both ends included", arguments: [(1, 1), (32_000, 1), (32_001, 2), (128_000, 2), (128_001, 3)])
    func inputTiers(_ input: Int64, price: Int64) throws {
        let tiers = [when("\"input_token_min\":32001,\"input_token_max\":128000", 2), when("\"input_token_min\":128001", 3)]
        #expect(try taken(tiers.joined(separator: ",")) { usage, _ in usage.input = input } == price)
    }

    @Test("a time span begins at its start and is over at its end", arguments: [(99, 1), (100, 2), (199, 2), (200, 3), (300, 1)])
    func times(_ seconds: Int64, price: Int64) throws {
        let spans = [when("\"start_time\":100,\"end_time\":200", 2), when("\"start_time\":200,\"end_time\":300", 3)]
        #expect(try taken(spans.joined(separator: ","), at: seconds) == price)
    }

    @Test("the one that looks at more aspects wins, wherever it stands")
    func specificity() throws {
        let both = [
            when("\"service_tier\":\"flex\"", 2), when("\"service_tier\":\"flex\",\"output_token_max\":200", 3),
        ]
        for order in [both, both.reversed()] {
            #expect(try taken(order.joined(separator: ",")) { $1.serviceTier = "flex" } == 3)
            #expect(
                try taken(order.joined(separator: ",")) {
                    $0.output = 201
                    $1.serviceTier = "Flex"
                } == 2)
        }
        #expect(try taken(both.joined(separator: ",")) { $1.serviceTier = "priority" } == 1)
    }

    @Test("quality, and what media came in and went out")
    func flags() throws {
        let prices = [
            when("\"quality\":[\"hd\",\"High\"],\"input_video\":false", 2), when("\"input_media\":true,\"input_video\":true", 3),
            when("\"output_audio\":true", 4),
        ].joined(separator: ",")
        #expect(try taken(prices) { $1.quality = "HIGH" } == 2)
        #expect(
            try taken(prices) {
                $1.inputMedia = true
                $1.inputVideo = true
            } == 3)
        #expect(try taken(prices) { $1.outputAudio = true } == 4)
        #expect(try taken(prices) { $1.inputMedia = true } == 1)
    }

    @Test(
        "a resolution is compared by name first, then by its class",
        arguments: [
            ("1280x720", 2), ("1280*720", 2), ("1920x1080", 3), ("1080p", 3), ("1080X1920", 3), ("2048x2048", 4), ("720P", 5),
            ("960x700", 5),
            ("640x480", 1), ("100x100", 1), ("", 1), ("axb", 1), ("1x2x3", 1), ("99999999999999999999x9", 1), ("-5x-5", 1),
        ])
    func resolutions(_ name: String, price: Int64) throws {
        let prices = [("1280x720", 2), ("1080p", 3), ("4k", 4), ("720p", 5)].map { when("\"resolution\":[\"\($0)\"]", $1) }
        #expect(try taken(prices.joined(separator: ",")) { $1.resolution = name } == price)
    }

    @Test("classes don't count where the model turns them off")
    func exactResolutions() throws {
        #expect(try taken(when("\"resolution\":[\"1080p\"]", 2), fuzzy: false) { $1.resolution = "1920x1080" } == 1)
    }

    @Test(
        "two that are equally specific and could both hold are refused",
        arguments: [
            ("\"input_token_max\":100", "\"input_token_min\":100", true),
            ("\"input_token_max\":100", "\"input_token_min\":101", false),
            ("\"input_token_max\":100", "\"output_token_max\":100", true),
            ("\"start_time\":5,\"end_time\":9", "\"start_time\":9", false),
            ("\"start_time\":5,\"end_time\":10", "\"start_time\":9", true),
            ("\"quality\":[\"hd\"]", "\"quality\":[\"sd\",\"HD\"]", true),
            ("\"quality\":[\"hd\"]", "\"quality\":[\"sd\"]", false),
            ("\"resolution\":[\"1x2\"]", "\"resolution\":[\"1*2\"]", true),
            ("\"service_tier\":\"flex\"", "\"service_tier\":\"auto\"", false),
            ("\"service_tier\":\"flex\"", "\"input_media\":true", true),
            ("\"input_video\":true", "\"input_video\":false", false), ("\"output_audio\":true", "\"output_audio\":true", true),
            ("\"service_tier\":\"flex\"", "\"service_tier\":\"flex\",\"input_token_max\":9", false), ("", "", true),
        ])
    func overlaps(_ first: String, _ second: String, refused: Bool) throws {
        let text = "{\"conditional_prices\":[\(when(first, 2)),\(when(second, 3))]}"
        if refused {
            let error = #expect(throws: PriceError.self) { try Price(text) }
            #expect(error?.member == "conditional_prices[1].condition")
        } else {
            #expect(try Price(text).conditional.count == 2)
        }
    }
}
