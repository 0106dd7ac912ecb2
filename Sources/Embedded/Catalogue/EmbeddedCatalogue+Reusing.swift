extension EmbeddedCatalogue {
    /// Checks what a group gives for a server, whatever it leaves out.
    /// - Throws: `EmbeddedConfigError` that names the key.
    public func checkReusing(id: String, _ reusing: [String: String]) throws(EmbeddedConfigError) {
        _ = try check(reusing, .reusing, of: id, try server(id: id).entry.templates) { $0.isTakenForReuse }
    }
}
