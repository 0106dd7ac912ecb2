import Wire

/// The value of a parameter that has `content` instead of a schema (OpenAPI 3.1.1 §4.8.12.3).
enum ContentValue {
    /// JSON text where the media type is JSON, or where the value is an array or object, for which there is no other text; else the value's own.
    static func text(of value: JSON, mediaType: String?) -> String {
        if let mediaType, !MediaType(mediaType).isJSON, let text = ParameterValue.plain(value) { return text }
        return value.serialized()
    }
}
