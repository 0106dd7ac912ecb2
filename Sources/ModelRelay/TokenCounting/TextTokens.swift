/// Estimates how many tokens a text is, by the scripts of its characters, without the vocabulary of any model.
///
/// Tokenizers differ: beside the mean of one of 65 thousand and one of 131 thousand words, the estimate is within a quarter for
/// prose in Latin and Cyrillic letters, for Chinese and Japanese and for source code, within two fifths for other scripts, digits and
/// data. Time is linear in the bytes looked at, which are bounded.
struct TextTokens: Sendable {
    /// As many bytes are looked at; what is beyond them is taken to be like what was before it in its text.
    static let mostBytes = 1 << 20

    /// In hundredths, so that sums are exact.
    private(set) var hundredths: Int64 = 0
    private var bytesLeft = Self.mostBytes

    /// Hundredths of a token for a character of a script (for a word of ASCII letters: its beginning), fitted to two public tokenizers.
    private enum Weight {
        static let word = 84
        /// For each letter after the fourth: long words are several tokens.
        static let furtherLetter = 30
        /// For a capital that follows another.
        static let capital = 35
        static let digit = 70
        static let punctuation = 70
        /// For the same sign again.
        static let repeated = 18
        static let line = 90
        static let accent = 140
        static let greek = 85
        static let cyrillic = 50
        static let semitic = 68
        static let indic = 85
        static let thai = 108
        static let kana = 90
        static let han = 115
        static let hangul = 105
        static let symbol = 100
        static let beyond = 290
    }

    static func count(_ text: String) -> Int64 {
        var tokens = TextTokens()
        tokens.add(text)
        return tokens.count
    }

    /// Whole tokens, rounded up.
    var count: Int64 { (self.hundredths + 99) / 100 }

    mutating func add(_ text: String) {
        let length = text.utf8.count
        guard length > 0 else { return }
        guard self.bytesLeft > 0 else {
            // Nothing may be looked at any more: a token for three bytes and a third, as in most texts.
            self.hundredths += Int64(length) * 30
            return
        }
        let looked = min(length, self.bytesLeft)
        self.bytesLeft -= looked
        let measured =
            text.utf8.withContiguousStorageIfAvailable { Self.measure(UnsafeRawBufferPointer($0), count: looked) }
            ?? Array(text.utf8.prefix(looked)).withUnsafeBytes { Self.measure($0, count: looked) }
        self.hundredths += Int64(Double(measured) * Double(length) / Double(looked))
    }

    private static func measure(_ bytes: UnsafeRawBufferPointer, count: Int) -> Int {
        var sum = 0
        var previous: UInt8 = 0
        /// Letters of the word so far.
        var letters = 0
        var index = 0
        while index < count {
            let byte = bytes[index]
            switch byte {
            case 0x41...0x5A, 0x61...0x7A:
                let isCapital = byte < 0x60
                if letters == 0 || (isCapital && previous >= 0x61 && previous <= 0x7A) {
                    sum += Weight.word
                    letters = 1
                } else {
                    letters += 1
                    if letters > 4 { sum += Weight.furtherLetter }
                    if isCapital { sum += Weight.capital }
                }
                previous = byte
                index += 1
                continue
            case 0x30...0x39: sum += Weight.digit
            case 0x20:
                // A space belongs to the word after it; only an indentation is a token of its own.
                if previous == 0x0A { sum += Weight.line }
            case 0x09, 0x0A, 0x0D: if previous != byte { sum += Weight.line }
            case 0x00...0x7F: sum += previous == byte ? Weight.repeated : Weight.punctuation
            default:
                let second = index + 1 < count ? bytes[index + 1] : 0x80
                let (weight, length, isLatin) = self.weight(lead: byte, second: second)
                sum += weight
                previous = 0x80
                index += length
                if isLatin {
                    if letters == 0 { sum += Weight.word }
                    letters += 1
                } else {
                    letters = 0
                }
                continue
            }
            letters = 0
            previous = byte
            index += 1
        }
        return sum
    }

    /// By the first two bytes of a character beyond ASCII, which tell its block nearly enough.
    private static func weight(lead: UInt8, second: UInt8) -> (weight: Int, length: Int, isLatin: Bool) {
        switch lead {
        case 0xC3...0xCB: (Weight.accent, 2, true)
        case 0xCC: (Weight.digit, 2, true)
        case 0xCD...0xCF: (Weight.greek, 2, false)
        case 0xD0...0xD5: (Weight.cyrillic, 2, false)
        case 0xD6...0xDF: (Weight.semitic, 2, false)
        case 0xC0...0xC2: (Weight.symbol, 2, false)
        case 0xE0: (second >= 0xB8 ? Weight.thai : Weight.indic, 3, false)
        case 0xE1 where second >= 0xB8: (Weight.accent, 3, true)
        case 0xE1: (Weight.thai, 3, false)
        case 0xE3 where 0x81...0x83 ~= second: (Weight.kana, 3, false)
        case 0xE3 where second == 0x80: (Weight.symbol, 3, false)
        case 0xE3...0xE9: (Weight.han, 3, false)
        case 0xEA...0xED: (Weight.hangul, 3, false)
        case 0xE2, 0xEE, 0xEF: (Weight.symbol, 3, false)
        case 0xF0...0xFF: (Weight.beyond, 4, false)
        // Within a character: text is always whole, so this is where the bytes that are looked at end.
        default: (0, 1, false)
        }
    }
}
