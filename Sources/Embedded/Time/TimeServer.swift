import MCPServer
import Wire

/// The embedded server `time`: what time it is somewhere, and what a time here is elsewhere.
///
/// Names, arguments and results are those of the reference server of the same name, so that prompts written for that one
/// work with this.
enum TimeServer {
    private static let localZone = ConfigTemplate(
        "local_timezone", .initOptional,
        description: "the IANA time zone that counts where a call names none", example: "Europe/Berlin",
        defaultValue: "UTC", fault: { Zone($0) == nil ? "the name of an IANA time zone, such as Europe/Berlin" : nil })

    /// The entry in the catalogue.
    static let entry = EmbeddedServer.Entry(
        name: "Time", description: "Current time and time zone conversion, with IANA time zones.",
        tags: ["time", "utility"], templates: [localZone]
    ) { values, surroundings throws(EmbeddedConfigError) in
        guard let zone = Zone(values[localZone] ?? "UTC") else {
            throw .invalid(localZone.name, of: "time", expected: "the name of an IANA time zone")
        }
        return make(localZone: zone, clock: surroundings.clock)
    }

    /// The server.
    static func make(localZone: Zone, clock: WallClock) -> ToolSet {
        ToolSet(
            identity: Implementation(name: "time", version: "1.0.0", title: "Time"),
            tools: [currentTime(localZone, clock), convertTime(localZone, clock)])
    }

    private static let annotations = Tool.Annotations(
        readOnly: true, destructive: false, idempotent: true, openWorld: false)

    // MARK: - get_current_time

    private static func currentTime(_ localZone: Zone, _ clock: WallClock) -> Tool {
        Tool(
            name: "get_current_time", title: "Current time",
            description: "Says what time it is now in a time zone.",
            inputSchema: [
                "type": "object", "properties": ["timezone": .object(zoneSchema("", localZone))],
            ],
            outputSchema: timeSchema, annotations: annotations
        ) { arguments, _ in
            let zone = try zone(arguments, "timezone", localZone)
            return .structured(description(of: clock.nowMilliseconds() / 1000, in: zone))
        }
    }

    // MARK: - convert_time

    private static func convertTime(_ localZone: Zone, _ clock: WallClock) -> Tool {
        Tool(
            name: "convert_time", title: "Convert time",
            description: "Says what time it is in one time zone when clocks in another show a time today.",
            inputSchema: [
                "type": "object",
                "properties": [
                    "source_timezone": .object(zoneSchema("of the time given", localZone)),
                    "time": ["type": "string", "description": "Time of day in 24-hour form, HH:MM"],
                    "target_timezone": .object(zoneSchema("to convert to", localZone)),
                ],
                "required": ["time"],
            ],
            outputSchema: [
                "type": "object",
                "properties": [
                    "source": .object(timeSchema), "target": .object(timeSchema),
                    "time_difference": ["type": "string", "description": "Hours from source to target, such as +9.0h"],
                ],
                "required": ["source", "target", "time_difference"],
            ],
            annotations: annotations
        ) { arguments, _ in
            let source = try zone(arguments, "source_timezone", localZone)
            let target = try zone(arguments, "target_timezone", localZone)
            let (hour, minute) = try timeOfDay(arguments["time"]?.stringValue ?? "")
            let now = clock.nowMilliseconds() / 1000
            let today = CivilTime(now + source.offset(at: now))
            let second = source.second(showing: today.at(hour: hour, minute: minute))
            return .structured([
                "source": .object(description(of: second, in: source)),
                "target": .object(description(of: second, in: target)),
                "time_difference": .string(difference(target.offset(at: second) - source.offset(at: second))),
            ])
        }
    }

    // MARK: - Arguments

    private static func zoneSchema(_ purpose: String, _ localZone: Zone) -> JSONObject {
        let name = purpose.isEmpty ? "IANA time zone" : "IANA time zone \(purpose)"
        return [
            "type": "string",
            "description": .string("\(name), such as America/New_York; \(localZone.name) where absent"),
        ]
    }

    private static func zone(_ arguments: JSONObject, _ name: String, _ localZone: Zone) throws(MCPError) -> Zone {
        guard let asked = arguments[name]?.stringValue else { return localZone }
        guard let zone = Zone(asked) else {
            throw .invalidToolArguments("arguments.\(name): there is no IANA time zone \"\(asked.prefix(64))\"")
        }
        return zone
    }

    private static func timeOfDay(_ text: String) throws(MCPError) -> (hour: Int, minute: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }), let hour = Int(parts[0]), hour < 24,
            let minute = Int(parts[1]), minute < 60
        else {
            throw .invalidToolArguments("arguments.time must be a time of day from 00:00 to 23:59, as HH:MM")
        }
        return (hour, minute)
    }

    // MARK: - Results

    private static let timeSchema: JSONObject = [
        "type": "object",
        "properties": [
            "timezone": ["type": "string"],
            "datetime": ["type": "string", "description": "ISO 8601 with the offset from UTC"],
            "day_of_week": ["type": "string"],
            "is_dst": ["type": "boolean", "description": "Whether daylight saving time is in force"],
        ],
        "required": ["timezone", "datetime", "day_of_week", "is_dst"],
    ]

    private static func description(of second: Int64, in zone: Zone) -> JSONObject {
        let offset = zone.offset(at: second)
        let local = CivilTime(second + offset)
        return [
            "timezone": .string(zone.name), "datetime": .string(local.text(offset: offset)),
            "day_of_week": .string(local.dayOfWeek), "is_dst": .bool(zone.isDaylightSaving(at: second)),
        ]
    }

    /// Hours with a sign and as many decimals as needed, at least one: `+9.0h`, `+5.75h`.
    private static func difference(_ seconds: Int64) -> String {
        let hundredths = (abs(seconds) * 100 + 1800) / 3600
        let (hours, rest) = (hundredths / 100, hundredths % 100)
        let decimals = rest % 10 == 0 ? "\(rest / 10)" : rest < 10 ? "0\(rest)" : "\(rest)"
        return "\(seconds < 0 ? "-" : "+")\(hours).\(decimals)h"
    }
}
