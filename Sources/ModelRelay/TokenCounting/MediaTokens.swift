/// Estimates what pictures, sounds and documents cost in tokens, by the rules that each provider publishes for its models.
enum MediaTokens {
    /// - Parameter base64: the picture, where it comes along; its first bytes tell its size.
    static func image(base64: String?, detail: String?, for format: WireFormat) -> Int64 {
        let size = base64.flatMap { ImageHeader.size(ofBase64: $0) }
        return switch format {
        case .messages, .countTokens: self.anthropicImage(size)
        case .generateContent, .geminiCountTokens: self.geminiImage(size)
        default: self.openAIImage(size, isLow: detail == "low")
        }
    }

    /// A token for 750 pixels, after it is fitted into 1568 by 1568 and about 1600 tokens; an unknown one counts as a large one.
    private static func anthropicImage(_ size: ImageHeader.Size?) -> Int64 {
        guard let size else { return 1600 }
        let longest = Double(max(size.width, size.height))
        let scale = min(1, 1568 / longest)
        return max(1, Int64(min(1600, Double(size.width) * scale * Double(size.height) * scale / 750)))
    }

    /// 258 for a small one, or for each tile of 768 by 768; an unknown one counts as four tiles.
    private static func geminiImage(_ size: ImageHeader.Size?) -> Int64 {
        guard let size else { return 4 * 258 }
        if size.width <= 384, size.height <= 384 { return 258 }
        return min(self.tiles(Double(size.width), 768) * self.tiles(Double(size.height), 768), 64) * 258
    }

    /// 85, and in full detail 170 for each tile of 512 by 512, after it is fitted into 2048 by 2048 and its shorter side into 768.
    private static func openAIImage(_ size: ImageHeader.Size?, isLow: Bool) -> Int64 {
        if isLow { return 85 }
        guard let size else { return 85 + 4 * 170 }
        var width = Double(size.width)
        var height = Double(size.height)
        let fit = min(1, 2048 / max(width, height))
        let shorten = min(1, 768 / (min(width, height) * fit))
        width *= fit * shorten
        height *= fit * shorten
        return 85 + self.tiles(width, 512) * self.tiles(height, 512) * 170
    }

    private static func tiles(_ length: Double, _ tile: Double) -> Int64 { Int64((length / tile).rounded(.up)) }

    /// A page of a PDF is about 50 kB; its text and its picture are read. One that isn't at hand counts as a page.
    static func document(base64: String?, for format: WireFormat) -> Int64 {
        let perPage: Int64 = format == .generateContent || format == .geminiCountTokens ? 258 : 2200
        return max(1, Int64((base64?.utf8.count ?? 0) / 4 * 3 / 50_000)) * perPage
    }

    /// 32 tokens a second, of 16 kB each.
    static func audio(base64: String?) -> Int64 { max(1, Int64((base64?.utf8.count ?? 0) / 4 * 3 / 16_000)) * 32 }

    /// 263 tokens a second, of 250 kB each.
    static func video(base64: String?) -> Int64 { max(1, Int64((base64?.utf8.count ?? 0) / 4 * 3 / 250_000)) * 263 }
}
