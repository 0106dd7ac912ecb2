// swift-tools-version:6.2
import PackageDescription

/// Every Swift target is built with these; CI adds warnings as errors by `PORTICO_STRICT=1`.
let settings: [SwiftSetting] =
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ] + (Context.environment["PORTICO_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : [])

func room(_ name: String, _ dependencies: [Target.Dependency], plugins: [Target.PluginUsage] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings, plugins: plugins)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")

let package = Package(
    name: "portico",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "portico", targets: ["Portico"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CShims"),

        room("Wire", [crypto, "CLibYAML"]),
        room(
            "Outbound",
            [
                "Wire", "CShims", nioSSL, logging, .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ] + nio),
        room("Ledger", ["Wire"]),
        room("Directory", ["Wire", "Ledger", .product(name: "HashTreeCollections", package: "swift-collections")]),
        room(
            "Storage",
            [
                "Wire", "Ledger", "Directory", "CLibPQ", "CShims", logging,
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),
        room("MCPServer", ["Wire", "Outbound"]),
        room("OpenAPIToMCP", ["Wire", "Outbound", "MCPServer", "CLibXML2"]),
        room("Embedded", ["Wire", "Outbound", "MCPServer"]),
        room("ModelRelay", ["Wire", "Outbound", "Ledger", "Directory", "MCPServer", logging] + nio),
        room(
            "Gateway",
            [
                "Wire", "Outbound", "Ledger", "Directory", "Storage", "MCPServer", "OpenAPIToMCP", "Embedded", "ModelRelay",
                "CShims", "CZlib", nioSSL, crypto, logging, hummingbird, httpTypes,
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + nio,
            plugins: ["EmbedTemplates"]),
        .executableTarget(name: "Portico", dependencies: ["Gateway"], swiftSettings: settings),

        .executableTarget(name: "embed-templates", swiftSettings: settings),
        .plugin(name: "EmbedTemplates", capability: .buildTool(), dependencies: ["embed-templates"]),

        .target(
            name: "TestSupport", dependencies: [nioSSL] + nio, path: "Tests/Support", exclude: ["SchemaJudge"],
            swiftSettings: settings),
        .executableTarget(
            name: "schema-judge", dependencies: ["Wire"], path: "Tests/Support/SchemaJudge", swiftSettings: settings),
        .target(name: "GuardProbe", dependencies: ["CShims"], path: "Tests/GuardProbe"),
        tests("WireTests", ["Wire"]),
        tests(
            "OutboundTests",
            ["Outbound", "TestSupport", "GuardProbe", logging, nioSSL, .product(name: "NIOEmbedded", package: "swift-nio")] + nio),
        tests("LedgerTests", ["Ledger", "Wire"]),
        tests("DirectoryTests", ["Directory", "Ledger", "Wire"]),
        tests("StorageTests", ["Storage", "Directory", "Ledger", "Wire", "CShims", logging]),
        tests("MCPServerTests", ["MCPServer", "Outbound", "Wire"]),
        tests("OpenAPIToMCPTests", ["OpenAPIToMCP", "TestSupport", "MCPServer", "Outbound", "Wire", nioSSL] + nio),
        tests("EmbeddedTests", ["Embedded", "MCPServer", "Wire"]),
        tests("ModelRelayTests", ["ModelRelay", "TestSupport", "Outbound", "Directory", "Ledger", "Wire"] + nio),
        tests(
            "GatewayTests",
            [
                "Gateway", "CZlib", "Storage", "ModelRelay", "MCPServer", "OpenAPIToMCP", "Embedded", "Outbound", "Directory",
                "Ledger", "Wire",
                hummingbird,
                httpTypes, logging, .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
            ] + nio,
            exclude: ["Admin/contract-fixture.json", "Admin/missing-operations.txt"]),
        tests("ArchitectureTests", []),
    ],
    swiftLanguageModes: [.v6]
)
