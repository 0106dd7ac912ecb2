internal import Wire

/// Failures that upstreams of chat completions and completions tell within an answer whose status is good.
enum ChatFault {
    /// - Parameter json: the whole answer or event.
    /// - Returns: nil where it tells of none.
    static func told(by json: JSON) -> FormatFault? {
        if let error = json["error"], !error.isNull {
            if let text = error.stringValue { return FormatFault(self.bounded(text), told: self.told(error)) }
            return self.fault(error)
        }
        // As some servers have it: `{object: error, message, type, code}`.
        guard json["object"]?.stringValue == "error" else { return nil }
        return self.fault(json)
    }

    /// For words such as `network_error` where an answer's end is told.
    static func told(byFinishReason word: String) -> FormatFault? {
        switch word {
        case "error", "network_error", "insufficient_system_resource":
            FormatFault(
                "the upstream ended its answer with `\(word)`", told: FormatFault.Told(status: 502, type: nil, code: word))
        default: nil
        }
    }

    private static func fault(_ error: JSON) -> FormatFault {
        FormatFault(
            self.bounded(error["message"]?.stringValue ?? "the upstream failed without saying why"), told: self.told(error))
    }

    private static func told(_ error: JSON) -> FormatFault.Told {
        let type = error["type"]?.stringValue
        let code = error["code"]?.stringValue ?? error["code"]?.int64Value.map { String($0) }
        let number = error["code"]?.intValue ?? error["status"]?.intValue ?? code.flatMap { Int($0) }
        let status =
            number.flatMap { 400...599 ~= $0 ? $0 : nil } ?? self.status(ofWord: code) ?? self.status(ofWord: type) ?? 502
        return FormatFault.Told(status: status, type: type, code: code)
    }

    private static func status(ofWord word: String?) -> Int? {
        switch word {
        case "invalid_request_error", "context_length_exceeded", "BadRequestError": 400
        case "authentication_error", "invalid_api_key": 401
        case "permission_error", "permission_denied": 403
        case "not_found_error", "model_not_found": 404
        case "rate_limit_error", "rate_limit_exceeded", "insufficient_quota", "requests", "tokens": 429
        case "overloaded_error", "service_unavailable", "engine_overloaded_error": 503
        case "timeout", "timeout_error": 504
        case "server_error", "api_error", "internal_server_error": 500
        default: nil
        }
    }

    private static func bounded(_ text: String) -> String { String(text.prefix(800)) }
}
