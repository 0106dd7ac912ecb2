public import Directory
public import Wire

/// `GET /v1/models` and `GET /v1/models/{model}` in OpenAI's shape: what the caller may use, nothing else.
public enum ModelList {
    /// The list object.
    public static func list(_ snapshot: Snapshot, for caller: Caller) -> JSON {
        ["object": "list", "data": .array(snapshot.models(for: caller).map(self.entry))]
    }

    /// One model, or nil where the caller may not use it.
    public static func model(_ name: String, _ snapshot: Snapshot, for caller: Caller) -> JSON? {
        snapshot.model(name, for: caller).map(self.entry)
    }

    private static func entry(_ model: ServedModel) -> JSON {
        [
            "id": .string(model.config.model), "object": "model",
            "created": JSON(integerLiteral: model.config.createdAt / 1000), "owned_by": .string(model.config.owner),
        ]
    }
}
