internal import Wire

/// Files in `inlineData` and `fileData`: their kinds, their media types, and where they are.
enum GenerateContentMedia {
    /// The piece that a file of that media type is. What is no picture, sound or film is a document.
    static func content(_ media: Media, title: String?) -> Block.Content {
        switch media.type?.split(separator: "/").first?.lowercased() {
        case "image": .image(media, detail: nil)
        case "audio": .audio(media)
        case "video": .video(media)
        default: .document(Document(source: .media(media), title: title))
        }
    }

    /// From `fileData`: a file of the Files API or of Google's storage is the provider's, everything else is a URL.
    static func media(uri: String, type: String?) -> Media {
        let guessed = type ?? self.type(ofURL: uri)
        return Media(self.isProviderFile(uri) ? .file(uri) : .url(uri), type: guessed)
    }

    static func isProviderFile(_ uri: String) -> Bool {
        uri.hasPrefix("https://generativelanguage.googleapis.com/") || uri.hasPrefix("gs://") || uri.hasPrefix("files/")
    }

    /// Whether the API fetches what is behind that URL.
    static func isFetched(_ url: String) -> Bool {
        url.hasPrefix("https://") || url.hasPrefix("http://") || url.hasPrefix("gs://")
    }

    private static let typesByExtension = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif",
        "heic": "image/heic",
        "heif": "image/heif", "mp3": "audio/mpeg", "wav": "audio/wav", "ogg": "audio/ogg", "flac": "audio/flac",
        "aac": "audio/aac",
        "mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm", "mpeg": "video/mpeg", "pdf": "application/pdf",
        "txt": "text/plain", "md": "text/markdown", "html": "text/html", "csv": "text/csv", "json": "application/json",
        "xml": "text/xml",
    ]

    /// What the end of a URL's path says; nil where it says nothing.
    static func type(ofURL url: String) -> String? {
        if url.hasPrefix("https://www.youtube.com/") || url.hasPrefix("https://youtube.com/")
            || url.hasPrefix("https://youtu.be/")
        {
            return "video/mp4"
        }
        let path = url.prefix { $0 != "?" && $0 != "#" }
        guard let name = path.split(separator: "/").last, let point = name.lastIndex(of: ".") else { return nil }
        return self.typesByExtension[name[name.index(after: point)...].lowercased()]
    }

    /// What the first bytes say, of data whose type nobody told.
    static func type(ofBase64 data: String) -> String? {
        let signatures = [
            ("iVBORw0KGgo", "image/png"), ("/9j/", "image/jpeg"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp"),
            ("JVBERi0", "application/pdf"),
        ]
        return signatures.first { data.utf8.starts(with: $0.0.utf8) }?.1
    }
}
