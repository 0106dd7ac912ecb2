/// What is wrong with a channel's settings for its provider.
public struct ChannelFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The setting, by the contract's names: `key`, `base_url`, `configs.appid`.
    public var place: String
    /// What was expected, as the rest of a sentence that begins with the place; never a secret.
    public var problem: String

    init(_ place: String, _ problem: String) {
        self.place = place
        self.problem = problem
    }

    public var description: String { "\(self.place): \(self.problem)" }
}
