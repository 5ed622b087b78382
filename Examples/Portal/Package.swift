// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "PortalExample",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "DossierKit", path: "../.."),
        // Without its default traits: no configuration files, no full Foundation.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-async-algorithms.git", from: "1.0.0"),
    ],
    targets: [
        .target(
            name: "Portal",
            dependencies: [
                .product(name: "DossierKit", package: "DossierKit"),
                .product(name: "CryptoPrimitives", package: "DossierKit"),
                .product(name: "SoftwareKeys", package: "DossierKit"),
                .product(name: "TestPKI", package: "DossierKit"),
                .product(name: "VaultSQLite", package: "DossierKit"),
                .product(name: "VaultPostgreSQL", package: "DossierKit"),
                .product(name: "VaultObjectStore", package: "DossierKit"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
            ]),
        // The listings of the tutorial, and a program that serves them.
        .target(
            name: "PortalGuide",
            dependencies: [
                .product(name: "DossierKit", package: "DossierKit"),
                .product(name: "CryptoPrimitives", package: "DossierKit"),
                .product(name: "SoftwareKeys", package: "DossierKit"),
                .product(name: "TestPKI", package: "DossierKit"),
                .product(name: "VaultSQLite", package: "DossierKit"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            // Made into pages by `make docs`.
            exclude: ["PortalGuide.docc"]),
        .executableTarget(name: "guide", dependencies: ["PortalGuide"]),
        .testTarget(name: "PortalGuideTests", dependencies: ["PortalGuide"]),
        // What the executable frees is overwritten first, whoever freed it.
        .target(name: "CWipingFree"),
        .executableTarget(name: "portal-demo", dependencies: ["CWipingFree", "Portal"]),
        .testTarget(
            name: "PortalTests",
            dependencies: [
                "Portal",
                // The memory scan starts the program and looks into its process; several servers are several processes.
                "portal-demo",
                .product(name: "CryptoPrimitives", package: "DossierKit"),
                .product(name: "DocumentVault", package: "DossierKit"),
                .product(name: "VaultSQLite", package: "DossierKit"),
                .product(name: "VaultPostgreSQL", package: "DossierKit"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.name != "CWipingFree" {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
        .treatAllWarnings(as: .error),
    ]
}
