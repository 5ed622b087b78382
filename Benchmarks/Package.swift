// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Benchmarks",
    platforms: [.macOS(.v26)],
    dependencies: [.package(name: "DossierKit", path: "..")],
    targets: [
        .systemLibrary(
            name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        // The peer of every measurement: the same work in C over libcrypto.
        .target(name: "COpenSSLPeer", dependencies: ["CLibcrypto"]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "COpenSSLPeer",
                .product(name: "DossierKit", package: "DossierKit"),
                .product(name: "ASiC", package: "DossierKit"),
                .product(name: "PAdES", package: "DossierKit"),
                .product(name: "AdES", package: "DossierKit"),
                .product(name: "SignatureValidation", package: "DossierKit"),
                .product(name: "PKIX", package: "DossierKit"),
                .product(name: "SoftwareKeys", package: "DossierKit"),
                .product(name: "TestPKI", package: "DossierKit"),
                .product(name: "CryptoPrimitives", package: "DossierKit"),
                .product(name: "OnceOnly", package: "DossierKit"),
                .product(name: "PDFSyntax", package: "DossierKit"),
                .product(name: "DossierCore", package: "DossierKit"),
            ]),
        // Not a measurement: what `make sanitize` runs.
        .executableTarget(
            name: "ParallelValidations",
            dependencies: [
                .product(name: "AdES", package: "DossierKit"),
                .product(name: "SignatureValidation", package: "DossierKit"),
                .product(name: "PKIX", package: "DossierKit"),
                .product(name: "SoftwareKeys", package: "DossierKit"),
                .product(name: "TestPKI", package: "DossierKit"),
                .product(name: "DossierCore", package: "DossierKit"),
            ]),
        // Not a measurement either: the application processes of `make test-cluster` and `make test-network`.
        .executableTarget(
            name: "StoreWriter",
            dependencies: [
                .product(name: "DocumentVault", package: "DossierKit"),
                .product(name: "VaultObjectStore", package: "DossierKit"),
                .product(name: "VaultPostgreSQL", package: "DossierKit"),
                .product(name: "CryptoPrimitives", package: "DossierKit"),
                .product(name: "DossierCore", package: "DossierKit"),
            ]),
        .systemLibrary(
            name: "CSQLitePeer", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite3"])]),
        .systemLibrary(
            name: "CCURLPeer", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(name: "CPostgreSQLPeer", dependencies: ["CLibpq"]),
        // The vault beside its peers, and how it behaves as it grows.
        .executableTarget(
            name: "VaultBenchmarks",
            dependencies: [
                "CLibcrypto", "CSQLitePeer", "CCURLPeer", "CPostgreSQLPeer",
                .product(name: "DocumentVault", package: "DossierKit"),
                .product(name: "VaultSQLite", package: "DossierKit"),
                .product(name: "VaultObjectStore", package: "DossierKit"),
                .product(name: "VaultPostgreSQL", package: "DossierKit"),
                .product(name: "CryptoPrimitives", package: "DossierKit"),
                .product(name: "DossierCore", package: "DossierKit"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type == .executable {
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
