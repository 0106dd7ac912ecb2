/// Random text for keys.
public enum SecretText {
    /// The letters and digits of ASCII.
    public static let alphanumerics = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Text of that many characters, each drawn evenly from the alphabet by the system's cryptographic generator. 48
    /// alphanumerics carry 285 bits. Empty where the alphabet is.
    public static func random(length: Int = 48, alphabet: [UInt8] = alphanumerics) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<max(0, length)).compactMap { _ in alphabet.randomElement(using: &generator) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
