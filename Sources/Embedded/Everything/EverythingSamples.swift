import MCPServer
import Wire

/// The data that the server shows.
enum Sample {
    /// A chequered square of 16 by 16 pixels, as PNG in base64.
    static let png = """
        iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAIklEQVR42mP4jwT089/CES5xhkGogRhFyOKDUcNoPAwKDQD4CUQf7MM0CgAA\
        AABJRU5ErkJggg==
        """
    /// How many bytes `png` stands for.
    static let pngSize = 91

    /// A hundredth of a second of 440 Hz, as WAV in base64.
    static let wav = """
        UklGRnQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YVAAAACAob/W4uLXwqSDYUIrHhwmO1h5m7rS4OPaxqqJZ0cvHxwkN1JzlbXP\
        3+Pcy7CPbU0yIRwhMk1tj7DL3OPfz7WVc1I3JBwfL0dniarG2uPg0g==
        """

    static let image = ContentBlock.image(base64: png, mimeType: "image/png")
    static let audio = ContentBlock.audio(base64: wav, mimeType: "audio/wav")
}

/// Input schemas in few words.
enum Schema {
    /// No arguments are needed; others are not minded.
    static let none: JSONObject = ["type": "object", "properties": [:]]

    /// An object with those properties.
    static func object(_ properties: JSONObject, required: [String] = []) -> JSONObject {
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        if !required.isEmpty { schema["required"] = .array(required.map { .string($0) }) }
        return schema
    }
}
