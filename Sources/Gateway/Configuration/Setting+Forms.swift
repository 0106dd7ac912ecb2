/// A place in the configuration that settings write to.
typealias Place<Value> = WritableKeyPath<Configuration, Value> & Sendable

extension Setting {
    static func boolean(
        _ variables: String..., key: String, _ place: any Place<Bool>, inverted: Bool = false, _ summary: String
    ) -> Setting {
        let standard = Configuration()[keyPath: place] != inverted
        return Setting(
            variables, key: key, form: "true or false", default: standard ? "true" : "false", summary
        ) { value, configuration in
            guard let truth = value.single.flatMap(truthValue) else { return false }
            configuration[keyPath: place] = truth != inverted
            return true
        }
    }

    static func integer(
        _ variables: String..., key: String, _ place: any Place<Int>, _ range: ClosedRange<Int>, _ summary: String
    ) -> Setting {
        Setting(
            variables, key: key, form: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            default: String(Configuration()[keyPath: place]), summary
        ) { value, configuration in
            guard let number = value.single.flatMap({ Int($0.trimmingSpaces()) }), range.contains(number) else { return false }
            configuration[keyPath: place] = number
            return true
        }
    }

    static func bytes(
        _ variables: String..., key: String, _ place: any Place<Int>, _ range: ClosedRange<Int>, _ summary: String
    ) -> Setting {
        Setting(
            variables, key: key,
            form:
                "a number of bytes from \(sizeText(range.lowerBound)) to \(sizeText(range.upperBound)), such as 65536, 64KiB or 50MiB",
            default: sizeText(Configuration()[keyPath: place]), summary
        ) { value, configuration in
            guard let number = value.single.flatMap(byteCount), range.contains(number) else { return false }
            configuration[keyPath: place] = number
            return true
        }
    }

    /// A time; a number alone counts as `plainUnit`, for variables that programs already set that way.
    static func duration(
        _ variables: String..., key: String, _ place: any Place<Duration>, plainUnit: TimeUnit = .seconds, atMost limit: Duration,
        _ summary: String
    ) -> Setting {
        Setting(
            variables, key: key,
            form:
                "a time above zero and at most \(durationText(limit)), such as 500ms, 30s, 5m or 1h (a number alone is \(plainUnit.rawValue))",
            default: durationText(Configuration()[keyPath: place]), summary
        ) { value, configuration in
            guard let time = value.single.flatMap({ timeSpan($0, plainUnit: plainUnit) }), time > .zero, time <= limit else {
                return false
            }
            configuration[keyPath: place] = time
            return true
        }
    }

    static func optionalText(
        _ variables: String..., key: String, _ place: any Place<String?>, form: String, default defaultText: String,
        secret: Bool = false, _ summary: String, where isValid: @escaping @Sendable (String) -> Bool = { _ in true }
    ) -> Setting {
        Setting(variables, key: key, form: form, default: defaultText, secret: secret, summary) { value, configuration in
            guard let text = value.single?.trimmingSpaces(), !text.isEmpty, text.utf8.count <= 4096, isValid(text) else {
                return false
            }
            configuration[keyPath: place] = text
            return true
        }
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
        _ variables: String..., key: String, _ place: any Place<Choice>, _ summary: String
    ) -> Setting {
        let names = Choice.allCases.map(\.rawValue)
        return Setting(
            variables, key: key, form: names.dropLast().joined(separator: ", ") + " or " + (names.last ?? ""),
            default: Configuration()[keyPath: place].rawValue, summary
        ) { value, configuration in
            guard let choice = value.single.flatMap({ Choice(rawValue: $0.trimmingSpaces().lowercased()) }) else { return false }
            configuration[keyPath: place] = choice
            return true
        }
    }

    static func list(
        _ variables: String..., key: String, _ place: any Place<[String]>, form: String, default defaultText: String,
        _ summary: String, where isValid: @escaping @Sendable (String) -> Bool
    ) -> Setting {
        Setting(variables, key: key, form: form, default: defaultText, summary) { value, configuration in
            let elements = value.elements
            guard elements.count <= 1000, elements.allSatisfy(isValid) else { return false }
            configuration[keyPath: place] = elements
            return true
        }
    }
}
