// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Guide",
    platforms: [.macOS(.v26)],
    dependencies: [
        .package(name: "DossierKit", path: "../DossierKit"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    ],
    targets: [
        .target(
            name: "PortalGuide",
            dependencies: [
                .product(name: "DossierKit", package: "DossierKit"),
                .product(name: "CryptoPrimitives", package: "DossierKit"),
                .product(name: "SoftwareKeys", package: "DossierKit"),
                .product(name: "TestPKI", package: "DossierKit"),
                .product(name: "VaultSQLite", package: "DossierKit"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ]),
        .executableTarget(name: "guide", dependencies: ["PortalGuide"]),
    ]
)
