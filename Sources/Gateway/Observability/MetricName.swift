/// Names that the Prometheus text format allows, made from whatever a library calls its metrics.
enum MetricName {
    /// A label of swift-metrics as a metric's name: other characters become `_`, and capitals small letters.
    static func family(_ label: String, suffix: String = "") -> String {
        var name = sanitised(label, allowsColon: true)
        if !suffix.isEmpty, !name.hasSuffix(suffix) { name += suffix }
        return name
    }

    /// A dimension's name as a label's. `le`, `quantile` and names that begin with `__` belong to the format.
    static func label(_ dimension: String) -> String {
        let name = sanitised(dimension, allowsColon: false)
        return name == "le" || name == "quantile" || name.hasPrefix("__") ? "label_" + name.drop { $0 == "_" } : name
    }

    private static func sanitised(_ text: String, allowsColon: Bool) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8.prefix(200) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"): bytes.append(byte)
            case UInt8(ascii: ":") where allowsColon: bytes.append(byte)
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if bytes.isEmpty { bytes.append(UInt8(ascii: "_")) }
                bytes.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): bytes.append(byte | 0x20)
            default: bytes.append(UInt8(ascii: "_"))
            }
        }
        return bytes.isEmpty ? "_" : String(decoding: bytes, as: UTF8.self)
    }
}
