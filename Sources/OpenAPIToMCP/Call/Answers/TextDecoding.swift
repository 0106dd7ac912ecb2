internal import CLibXML2

/// Text of bytes in a named encoding (RFC 9110 §8.3.2).
enum TextDecoding {
    /// The text; nil where the bytes are none in that encoding, or nobody knows it. Without a name it is UTF-8, or else ISO 8859-1, which was
    /// once what the absence meant.
    static func text(_ bytes: [UInt8], _ type: MediaType, isCut: Bool) -> String? {
        let name = type.parameters["charset"]?.lowercased()
        switch name {
        case nil:
            if let text = utf8(bytes, isCut: isCut) { return text }
            return type.isJSON ? nil : latin1(bytes)
        case "utf-8", "utf8", "us-ascii", "ascii": return utf8(bytes, isCut: isCut)
        case "iso-8859-1", "latin1": return latin1(bytes)
        case let name?: return converted(bytes, from: name)
        }
    }

    /// The text where the bytes are UTF-8 without the control characters that only other formats have.
    static func plain(_ bytes: [UInt8], isCut: Bool) -> String? {
        guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) || $0 == 0x1B }) else { return nil }
        return utf8(bytes, isCut: isCut)
    }

    private static func utf8(_ bytes: [UInt8], isCut: Bool) -> String? {
        var slice = bytes[...]
        if slice.starts(with: [0xEF, 0xBB, 0xBF]) { slice = slice.dropFirst(3) }
        if let text = String(validating: slice, as: UTF8.self) { return text }
        guard isCut else { return nil }
        // The cut may have gone through a character.
        for count in 1...3 where slice.count > count {
            if let text = String(validating: slice.dropLast(count), as: UTF8.self) { return text }
        }
        return nil
    }

    private static func latin1(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }

    /// By what libxml2 and the system's iconv know.
    private static func converted(_ bytes: [UInt8], from name: String) -> String? {
        guard name.utf8.count <= 40, let handler = xmlFindCharEncodingHandler(name) else { return nil }
        defer { xmlCharEncCloseFunc(handler) }
        guard bytes.count <= 64 << 20, let input = xmlBufferCreateSize(bytes.count + 1) else { return nil }
        defer { xmlBufferFree(input) }
        guard let output = xmlBufferCreate() else { return nil }
        defer { xmlBufferFree(output) }
        guard xmlBufferAdd(input, bytes, Int32(bytes.count)) == 0 else { return nil }
        var left = xmlBufferLength(input)
        while left > 0 {
            guard xmlCharEncInFunc(handler, output, input) >= 0, xmlBufferLength(input) < left else { return nil }
            left = xmlBufferLength(input)
        }
        let text = UnsafeBufferPointer(start: xmlBufferContent(output), count: Int(xmlBufferLength(output)))
        return String(validating: text, as: UTF8.self)
    }
}
