import Wire

extension Normaliser {
    /// The body of an operation (OpenAPI 3.1 §4.8.13). The outer nil: the operation is refused; the inner: there is no body.
    mutating func body(of operation: LocatedObject, method: String) -> (body: APIRequestBody?, Void)? {
        guard let value = operation["requestBody"] else { return (nil, ()) }
        let place = operation.place.appending("requestBody")
        guard let described = followed(value, at: place, "a request body") else {
            refuse(operation.place, "its request body can't be read")
            return nil
        }
        // 3.0 has bodies ignored where HTTP gives them no meaning; DELETE is let through, since real APIs read its body.
        let isIgnored = versions[place.document] == .openAPI30 ? ["GET", "HEAD", "TRACE"].contains(method) : method == "TRACE"
        if isIgnored {
            note(.warning, .ignoredBody, at: place, "a \(method) request has no body, so that this one is left out")
            return (nil, ())
        }
        let contents = contents(described["content"], at: described.place.appending("content"), hasEncodings: true)
        guard !contents.isEmpty else {
            note(.warning, .missingPart, at: described.place, "the request body has no content, and is left out")
            return (nil, ())
        }
        return (
            APIRequestBody(
                place: described.place, description: described.description,
                isRequired: described["required"]?.boolValue ?? false, contents: contents), ()
        )
    }

    /// The answers of an operation (OpenAPI 3.1 §4.8.16).
    mutating func responses(of operation: LocatedObject) -> [APIResponse] {
        readResponses(of: operation) { normaliser, described in
            normaliser.contents(described["content"], at: described.place.appending("content"), hasEncodings: false)
        }
    }

    /// The answers of an operation, their contents read by `contents`. One that can't be read is left out: the tool works without.
    mutating func readResponses(
        of operation: LocatedObject, _ contents: (inout Normaliser, LocatedObject) -> [APIContent]
    ) -> [APIResponse] {
        guard let value = operation["responses"] else { return [] }
        let place = operation.place.appending("responses")
        guard let members = value.objectValue else {
            note(.warning, .invalidValue, at: place, "responses must be an object")
            return []
        }
        var responses: [APIResponse] = []
        for (name, value) in members where !name.hasPrefix("x-") {
            let place = place.appending(name)
            guard let status = Self.status(name) else {
                note(.warning, .invalidValue, at: place, "\(name.prefix(40)) is no status, and is left out")
                continue
            }
            guard let described = followed(value, at: place, "a response") else { continue }
            responses.append(
                APIResponse(
                    status: status, place: described.place, description: described.description,
                    contents: contents(&self, described)))
        }
        return responses
    }

    /// `200`, `2XX` or `default`.
    private static func status(_ name: String) -> String? {
        if name == "default" { return name }
        let bytes = Array(name.utf8)
        guard bytes.count == 3, 0x31...0x35 ~= bytes[0] else { return nil }
        if bytes[1] | 0x20 == 0x78, bytes[2] | 0x20 == 0x78 { return name.uppercased() }
        return bytes.allSatisfy { 0x30...0x39 ~= $0 } ? name : nil
    }

    // MARK: - Media types

    /// By media type, in the document's order.
    private mutating func contents(_ value: JSON?, at place: Place, hasEncodings: Bool) -> [APIContent] {
        guard let value else { return [] }
        guard let members = value.objectValue else {
            note(.warning, .invalidValue, at: place, "content must be an object of media types")
            return []
        }
        return members.compactMap { type, value in
            guard !type.hasPrefix("x-") else { return nil }
            // A media type may be empty, and some documents write nothing for that.
            let value = value.isNull ? JSON.object([:]) : value
            guard let media = followed(value, at: place.appending(type), "a media type") else { return nil }
            let schema = media["schema"].map { rootSchema($0, at: media.place.appending("schema")) }
            return APIContent(
                mediaType: type, place: media.place, schema: schema ?? true,
                encodings: hasEncodings ? encodings(media, type) : [:])
        }
    }

    /// How the members of a form are written (OpenAPI 3.1 §4.8.15), for the media types that have any.
    private mutating func encodings(_ media: LocatedObject, _ type: String) -> [String: PartEncoding] {
        guard let members = media["encoding"]?.objectValue else { return [:] }
        let type = type.lowercased()
        guard type.hasPrefix("multipart/") || type.hasPrefix("application/x-www-form-urlencoded") else { return [:] }
        let place = media.place.appending("encoding")
        // Up to 3.0 styles are for URL-encoded forms alone (OpenAPI 3.0.4 §4.8.15.1).
        let hasStyles = versions[media.place.document] == .openAPI31 || !type.hasPrefix("multipart/")
        var encodings: [String: PartEncoding] = [:]
        for (name, value) in members {
            guard let described = followed(value, at: place.appending(name), "an encoding") else { continue }
            encodings[name] = encoding(described, hasStyles: hasStyles)
        }
        return encodings
    }

    private mutating func encoding(_ described: LocatedObject, hasStyles: Bool) -> PartEncoding {
        var encoding = PartEncoding(contentType: described["contentType"]?.stringValue)
        if hasStyles, described["style"] != nil || described["explode"] != nil || described["allowReserved"] != nil {
            encoding.allowsReserved = described["allowReserved"]?.boolValue ?? false
            let known: [ParameterStyle] = [.form, .spaceDelimited, .pipeDelimited, .deepObject]
            let said = described["style"]?.stringValue.flatMap(ParameterStyle.init)
            let style = said.flatMap { known.contains($0) ? $0 : nil } ?? .form
            if described["style"] != nil, said != style {
                note(
                    .warning, .invalidStyle, at: described.place.appending("style"),
                    "a member of a form can't have this style; form is taken")
            }
            encoding.style = style
            encoding.explodes = described["explode"]?.boolValue ?? (style == .form || style == .deepObject)
        }
        for (name, value) in described["headers"]?.objectValue ?? [:] where name.lowercased() != "content-type" {
            let place = described.place.appending("headers").appending(name)
            guard let header = followed(value, at: place, "a header") else { continue }
            encoding.headers[name] = header["schema"].map { rootSchema($0, at: header.place.appending("schema")) } ?? true
        }
        return encoding
    }
}
