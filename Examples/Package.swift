// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Examples",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "DossierKit", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", exact: "0.27.1"),
    ],
    targets: [
        .executableTarget(
            name: "dossier",
            dependencies: [
                .product(name: "DossierKit", package: "DossierKit"),
                .product(name: "TestPKI", package: "DossierKit"),
                .product(name: "TrustServices", package: "DossierKit"),
                .product(name: "VaultSQLite", package: "DossierKit"),
                .product(name: "VaultObjectStore", package: "DossierKit"),
                .product(name: "VaultPostgreSQL", package: "DossierKit"),
                .product(name: "DocumentVault", package: "DossierKit"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
            ]),
        // Verifies and nothing else: a test shows that no code for private keys is linked into it.
        .executableTarget(
            name: "verify-only",
            dependencies: [
                .product(name: "SignatureValidation", package: "DossierKit"),
                .product(name: "PAdES", package: "DossierKit"),
                .product(name: "AdES", package: "DossierKit"),
                .product(name: "PKIX", package: "DossierKit"),
                .product(name: "DossierCore", package: "DossierKit"),
            ]),
        // The tests run the built tools as a user would; the dependency has them built first.
        .testTarget(name: "dossierTests", dependencies: ["dossier", "verify-only"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
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
