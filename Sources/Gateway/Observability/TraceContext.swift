/// The identity of a trace as it travels in `traceparent` and `tracestate` (W3C Trace Context, level 1).
public struct TraceContext: Sendable, Hashable {
    /// The trace's id: 16 bytes, never all zero.
    public let traceID: TraceID
    /// The id of the span that called, 8 bytes, never zero.
    public let parentID: UInt64
    /// Whether the caller recorded the trace.
    public let isSampled: Bool
    /// What systems on the way noted, ready for the header; "" = nothing.
    public let state: String

    /// 16 bytes.
    public struct TraceID: Sendable, Hashable {
        let high: UInt64
        let low: UInt64
    }

    init(traceID: TraceID, parentID: UInt64, isSampled: Bool, state: String) {
        self.traceID = traceID
        self.parentID = parentID
        self.isSampled = isSampled
        self.state = state
    }

    /// Reads the headers of a request; nil where `traceparent` is absent or wrong, which starts a new trace (section 3.2.2).
    ///
    /// - Parameters:
    ///   - parent: the value of `traceparent`, which must occur once.
    ///   - states: the values of `tracestate`, each header field by itself; where they are wrong together they are dropped, and the
    ///     trace goes on (section 3.3.1).
    public init?(parent: String, states: [String] = []) {
        let bytes = Array(parent.utf8.prefix(Self.maximumParentBytes + 1))
        guard bytes.count >= 55, bytes.count <= Self.maximumParentBytes,
            let version = Self.hexadecimal(bytes[0..<2]), version != 0xff,
            // Version 00 ends here; a later one may go on after another dash (section 3.2.4).
            bytes.count == 55 || version > 0 && bytes[55] == UInt8(ascii: "-"),
            bytes[2] == UInt8(ascii: "-"), bytes[35] == UInt8(ascii: "-"), bytes[52] == UInt8(ascii: "-"),
            let high = Self.hexadecimal(bytes[3..<19]), let low = Self.hexadecimal(bytes[19..<35]), high | low != 0,
            let parentID = Self.hexadecimal(bytes[36..<52]), parentID != 0,
            let flags = Self.hexadecimal(bytes[53..<55])
        else { return nil }
        traceID = TraceID(high: high, low: low)
        self.parentID = parentID
        isSampled = flags & 1 == 1
        state = TraceState.read(states) ?? ""
    }

    /// A trace that begins here.
    public static func root(isSampled: Bool = false, using generator: inout some RandomNumberGenerator) -> TraceContext {
        let traceID = TraceID(
            high: .random(in: 1 ... .max, using: &generator), low: .random(in: .min ... .max, using: &generator))
        return TraceContext(
            traceID: traceID, parentID: .random(in: 1 ... .max, using: &generator), isSampled: isSampled, state: "")
    }

    /// The same trace with a span of our own as the parent: what goes with the call upstream.
    public func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(
            traceID: traceID, parentID: .random(in: 1 ... .max, using: &generator), isSampled: isSampled, state: state)
    }

    /// The value of `traceparent`, in version 00.
    public var parent: String {
        var bytes = Array("00-".utf8)
        Self.append(traceID.high, to: &bytes)
        Self.append(traceID.low, to: &bytes)
        bytes.append(UInt8(ascii: "-"))
        Self.append(parentID, to: &bytes)
        bytes += isSampled ? "-01".utf8 : "-00".utf8
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Longer ones of future versions are not read.
    private static let maximumParentBytes = 256

    /// The number that lower-case hexadecimal digits stand for; the header has no upper-case ones (section 3.2.2.3).
    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return value
    }

    private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        for shift in stride(from: 60, through: 0, by: -4) { bytes.append(digits[Int(value >> UInt64(shift) & 0xf)]) }
    }
}
