internal import Ledger
internal import Wire

/// Reads the `usage` object of a chat completion.
enum ChatUsage {
    private static let names = MemberNames(
        "prompt_tokens", "completion_tokens", "total_tokens", "prompt_tokens_details", "completion_tokens_details",
        "web_search_count")
    private static let inputNames = MemberNames(
        "cached_tokens", "audio_tokens", "image_tokens", "video_tokens", "cache_creation_tokens")
    private static let outputNames = MemberNames("reasoning_tokens", "audio_tokens", "image_tokens")

    /// - Returns: nil where `bytes` is no usage object.
    static func read(_ bytes: UnsafeRawBufferPointer) -> Usage? {
        guard let object = try? JSONScanner.scan(bytes, for: self.names) else { return nil }
        var usage = Usage()
        usage.input = self.count(object[0], in: bytes)
        usage.output = self.count(object[1], in: bytes)
        usage.total = self.count(object[2], in: bytes)
        if usage.total == 0 { usage.total = usage.input &+ usage.output }
        if let details = self.details(object[3], in: bytes, names: self.inputNames) {
            usage.cached = self.count(details.object[0], in: details.bytes)
            usage.audioInput = self.count(details.object[1], in: details.bytes)
            usage.imageInput = self.count(details.object[2], in: details.bytes)
            usage.videoInput = self.count(details.object[3], in: details.bytes)
            usage.cacheCreation = self.count(details.object[4], in: details.bytes)
        }
        if let details = self.details(object[4], in: bytes, names: self.outputNames) {
            usage.reasoning = self.count(details.object[0], in: details.bytes)
            usage.audioOutput = self.count(details.object[1], in: details.bytes)
            usage.imageOutput = self.count(details.object[2], in: details.bytes)
        }
        usage.webSearchCount = self.count(object[5], in: bytes)
        return usage
    }

    /// What a call probably used where the upstream doesn't say: a token for four bytes.
    static func estimate(inputBytes: Int, outputBytes: Int) -> Usage {
        var usage = Usage()
        usage.input = Int64((inputBytes + 3) / 4)
        usage.output = Int64((outputBytes + 3) / 4)
        usage.total = usage.input + usage.output
        return usage
    }

    private static func details(
        _ member: ScannedMember?, in bytes: UnsafeRawBufferPointer, names: MemberNames
    ) -> (object: ScannedObject, bytes: UnsafeRawBufferPointer)? {
        guard let member, member.kind == .object, let value = member.value(in: bytes),
            let object = try? JSONScanner.scan(value, for: names)
        else { return nil }
        return (object, value)
    }

    /// A count that can be charged: what is absent, negative or absurd counts as nothing.
    private static func count(_ member: ScannedMember?, in bytes: UnsafeRawBufferPointer) -> Int64 {
        guard let value = member?.int64(in: bytes), value > 0, value < 1 << 40 else { return 0 }
        return value
    }
}
