internal import Wire

/// What the first bytes of a picture say of it: its kind and its size in pixels. Of the base 64 only as much is decoded as that takes.
enum ImageHeader {
    struct Size: Sendable, Hashable {
        var width: Int
        var height: Int
    }

    /// Digits that are looked at: a JPEG may have metadata before its frame.
    private static let mostDigits = 1 << 17

    /// The media type by the signature; nil for other kinds than PNG, JPEG, GIF and WebP.
    static func mediaType(ofBase64 text: String) -> String? { self.mediaType(of: self.bytes(ofBase64: text, atMost: 16)) }

    /// The size in pixels; nil where it isn't one of these kinds, or doesn't say.
    static func size(ofBase64 text: String) -> Size? {
        let start = self.bytes(ofBase64: text, atMost: 64)
        guard let type = self.mediaType(of: start) else { return nil }
        let size =
            switch type {
            case "image/png": self.pngSize(start)
            case "image/gif": self.gifSize(start)
            case "image/webp": self.webpSize(start)
            default: self.jpegSize(self.bytes(ofBase64: text, atMost: self.mostDigits))
            }
        return size.flatMap { $0.width > 0 && $0.height > 0 ? $0 : nil }
    }

    private static func mediaType(of bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: Array("GIF8".utf8)) { return "image/gif" }
        if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) { return "image/webp" }
        return nil
    }

    /// PNG §11.2.2: the header is the first chunk.
    private static func pngSize(_ bytes: [UInt8]) -> Size? {
        guard bytes.count >= 24 else { return nil }
        return Size(width: self.bigEndian(bytes[16..<20]), height: self.bigEndian(bytes[20..<24]))
    }

    /// GIF 89a §18: the logical screen.
    private static func gifSize(_ bytes: [UInt8]) -> Size? {
        guard bytes.count >= 10 else { return nil }
        return Size(width: self.littleEndian(bytes[6..<8]), height: self.littleEndian(bytes[8..<10]))
    }

    /// WebP: RFC 9649 §2.5 (`VP8 `), §2.6 (`VP8L`) and §2.7 (`VP8X`).
    private static func webpSize(_ bytes: [UInt8]) -> Size? {
        guard bytes.count >= 30 else { return nil }
        switch String(decoding: bytes[12..<16], as: UTF8.self) {
        case "VP8 ":
            return Size(width: self.littleEndian(bytes[26..<28]) & 0x3FFF, height: self.littleEndian(bytes[28..<30]) & 0x3FFF)
        case "VP8L":
            let bits = self.littleEndian(bytes[21..<25])
            return Size(width: bits & 0x3FFF + 1, height: bits >> 14 & 0x3FFF + 1)
        case "VP8X": return Size(width: self.littleEndian(bytes[24..<27]) + 1, height: self.littleEndian(bytes[27..<30]) + 1)
        default: return nil
        }
    }

    /// JPEG (ITU-T T.81 §B.2.2): the frame header, past the segments before it.
    private static func jpegSize(_ bytes: [UInt8]) -> Size? {
        var position = 2
        while position + 9 <= bytes.count {
            guard bytes[position] == 0xFF else { return nil }
            let marker = bytes[position + 1]
            // Bytes that fill, and markers without a segment.
            if marker == 0xFF || marker == 0x01 || 0xD0...0xD8 ~= marker {
                position += marker == 0xFF ? 1 : 2
                continue
            }
            if 0xC0...0xCF ~= marker, marker != 0xC4, marker != 0xC8, marker != 0xCC {
                return Size(
                    width: self.bigEndian(bytes[position + 7..<position + 9]),
                    height: self.bigEndian(bytes[position + 5..<position + 7]))
            }
            position += 2 + self.bigEndian(bytes[position + 2..<position + 4])
        }
        return nil
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reversed().reduce(0) { $0 << 8 | Int($1) } }

    /// The bytes of the first digits, up to one that is none.
    private static func bytes(ofBase64 text: String, atMost count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var bitCount = 0
        for digit in text.utf8.prefix(count) {
            let value: UInt8
            switch digit {
            case 0x41...0x5A: value = digit - 0x41
            case 0x61...0x7A: value = digit - 0x61 + 26
            case 0x30...0x39: value = digit - 0x30 + 52
            case 0x2B, 0x2D: value = 62
            case 0x2F, 0x5F: value = 63
            default: return bytes
            }
            bits = bits << 6 | UInt32(value)
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(bitCount)))
            }
        }
        return bytes
    }
}
