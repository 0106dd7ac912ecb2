extension Configuration {
    /// Reads the configuration: the environment before `.env.local` before `.env` before the configuration file before the defaults.
    ///
    /// - Parameters:
    ///   - environment: the process's variables. An empty value counts as not set.
    ///   - folder: where `.env.local`, `.env` and a configuration file with a relative path are looked for; "" = where the process runs.
    /// - Throws: the first mistake found, as one line for the operator.
    /// - Returns: the configuration, with `warnings` for what is accepted without effect.
    public static func load(environment: [String: String], folder: String = "") throws(ConfigurationError) -> Configuration {
        var configuration = Configuration()
        let variables = try VariableSource(environment: environment, folder: folder)
        if let document = try configurationDocument(variables, folder: folder) {
            try configuration.apply(document, variables: variables, folder: folder)
        }
        try configuration.apply(variables, folder: folder)
        configuration.warnings += variables.warnings() + configuration.keys.warnings
        return configuration
    }

    /// Only a file that was named must exist.
    private static func configurationDocument(
        _ variables: VariableSource, folder: String
    ) throws(ConfigurationError) -> ConfigurationDocument? {
        let named = variables["CONFIG_FILE_PATH"]
        let name = named?.text ?? "config.yaml"
        let place = named?.place ?? name
        guard let bytes = try SmallFile.bytes(at: SmallFile.path(name, in: folder), place: place) else {
            if named == nil { return nil }
            throw ConfigurationError(place: place, value: name, expectation: "the path of a file that exists")
        }
        return try ConfigurationDocument(bytes, name: name)
    }

    private mutating func apply(_ variables: VariableSource, folder: String) throws(ConfigurationError) {
        for setting in Self.settings {
            for name in setting.variables {
                if let variable = variables[name] {
                    try set(setting, .text(variable.text), place: variable.place)
                    break
                }
                guard setting.isSecret, let variable = variables[name + "_FILE"] else { continue }
                try set(
                    setting, .text(Self.secret(inFile: variable.text, folder: folder, place: variable.place)),
                    place: variable.place)
                break
            }
        }
    }

    mutating func set(_ setting: Setting, _ value: SettingValue, place: String) throws(ConfigurationError) {
        guard !setting.apply(value, &self) else {
            if setting.hasNoEffectYet { warnings.append("\(place) is set but has no effect yet") }
            return
        }
        guard !setting.isSecret else {
            throw ConfigurationError(place: place, value: nil, expectation: "the value (not shown) is not \(setting.form)")
        }
        throw ConfigurationError(place: place, value: value.shown, expectation: setting.form)
    }

    /// The first line of a file with a secret.
    static func secret(inFile name: String, folder: String, place: String) throws(ConfigurationError) -> String {
        guard let bytes = try SmallFile.bytes(at: SmallFile.path(name, in: folder), place: place) else {
            throw ConfigurationError(place: place, value: name, expectation: "the path of a file that exists")
        }
        return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }, as: UTF8.self)
    }
}
