extension Configuration {
    /// Every setting with its variable, its key in the file, form, default and purpose, as text for a terminal.
    public static var documentation: String {
        let blocks = settings.map { setting in
            var lines = [setting.variables.joined(separator: ", ") + (setting.key.map { "  (file: \($0))" } ?? "")]
            lines.append("    " + setting.summary)
            let standard = setting.defaultText.isEmpty ? "none" : setting.defaultText
            lines.append("    Value: \(setting.form). Default: \(standard).")
            if setting.isSecret { lines.append("    Secret; may be read from the file named by \(setting.variables[0])_FILE.") }
            if setting.hasNoEffectYet { lines.append("    Read and checked, without effect yet.") }
            return lines.joined(separator: "\n")
        }
        let file = """
            CONFIG_FILE_PATH
                The configuration file (YAML). It holds the same settings under the keys named above, and local servers under `stdio`.
                Value: the path of a file. Default: config.yaml, which need not exist.
            """
        let without = "Accepted without effect: " + variablesWithoutEffect.sorted().joined(separator: ", ") + "."
        return (blocks + [file, without]).joined(separator: "\n\n") + "\n"
    }
}
