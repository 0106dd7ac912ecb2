import Outbound
import Wire

/// How long an API asks to wait (RFC 9110 §10.2.3).
enum RetryAfter {
    /// nil where it doesn't say, or not in seconds: a date needs its clock to be right.
    static func wait(in response: any WebResponse) -> Duration? {
        guard let text = response.header("retry-after"), !text.isEmpty, text.utf8.count <= 6,
            text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let seconds = Int(text)
        else { return nil }
        return .seconds(seconds)
    }
}
