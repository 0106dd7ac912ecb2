/// How the names of files of a media type end, for the types that people hand to APIs.
enum FileEnding {
    static func ending(of mediaType: String) -> String? { endings[mediaType] }

    private static let endings: [String: String] = [
        "application/json": "json", "application/pdf": "pdf", "application/xml": "xml", "application/zip": "zip",
        "application/gzip": "gz", "application/x-tar": "tar", "application/jsonl": "jsonl", "application/x-ndjson": "jsonl",
        "application/msword": "doc", "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx", "audio/mpeg": "mp3",
        "audio/mp3": "mp3",
        "audio/mp4": "m4a", "audio/x-m4a": "m4a", "audio/wav": "wav", "audio/x-wav": "wav", "audio/flac": "flac",
        "audio/ogg": "ogg",
        "audio/webm": "webm", "image/gif": "gif", "image/jpeg": "jpg", "image/png": "png", "image/svg+xml": "svg",
        "image/webp": "webp", "text/csv": "csv", "text/html": "html", "text/markdown": "md", "text/plain": "txt",
        "text/xml": "xml",
        "video/mp4": "mp4", "video/webm": "webm",
    ]
}
