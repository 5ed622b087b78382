// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "DossierKit",
    platforms: [.macOS(.v26)],
    products: [
        .library(name: "DossierKit", targets: ["DossierKit"]),
        .library(name: "SignatureValidation", targets: ["SignatureValidation"]),
        .library(name: "ASiC", targets: ["ASiC"]),
        .library(name: "PAdES", targets: ["PAdES"]),
        .library(name: "AdES", targets: ["AdES"]),
        .library(name: "PKIX", targets: ["PKIX"]),
        .library(name: "TrustServices", targets: ["TrustServices"]),
        .library(name: "SoftwareKeys", targets: ["SoftwareKeys"]),
        .library(name: "TestPKI", targets: ["TestPKI"]),
        .library(name: "DocumentVault", targets: ["DocumentVault"]),
        .library(name: "VaultSQLite", targets: ["VaultSQLite"]),
        .library(name: "VaultPostgreSQL", targets: ["VaultPostgreSQL"]),
        .library(name: "VaultObjectStore", targets: ["VaultObjectStore"]),
        .library(name: "VaultTesting", targets: ["VaultTesting"]),
        .library(name: "OnceOnly", targets: ["OnceOnly"]),
        .library(name: "PDFSyntax", targets: ["PDFSyntax"]),
        .library(name: "XMLSyntax", targets: ["XMLSyntax"]),
        .library(name: "ZIPSyntax", targets: ["ZIPSyntax"]),
        .library(name: "CryptoPrimitives", targets: ["CryptoPrimitives"]),
        .library(name: "DossierCore", targets: ["DossierCore"]),
    ],
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        // Tests only: the other reader of DER to compare with; who depends on this package does not fetch it.
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
    ],
    targets: [
        // C libraries: module map and shim, nothing else. OpenSSL is imported by CryptoPrimitives and SoftwareKeys only.
        .systemLibrary(
            name: "CDossierOpenSSL", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
        .systemLibrary(
            name: "CDossierSodium", pkgConfig: "libsodium",
            providers: [.apt(["libsodium-dev"]), .brew(["libsodium"])]),
        .systemLibrary(
            name: "CDossierCURL", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .systemLibrary(
            name: "CDossierPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(
            name: "CDossierZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .systemLibrary(
            name: "CDossierXML2", pkgConfig: "libxml-2.0",
            providers: [.apt(["libxml2-dev"]), .brew(["libxml2"])]),
        // Data files of the modules, compiled in with #embed: no resource bundle to lose.
        .target(name: "CDossierData"),

        // Row 0 — no knowledge of the field; FoundationEssentials and libc only.
        .target(name: "DossierCore"),
        .testTarget(name: "DossierCoreTests", dependencies: ["DossierCore"]),

        // Row 1 — primitives over libcrypto and libsodium.
        .target(name: "CryptoPrimitives", dependencies: ["DossierCore", "CDossierOpenSSL", "CDossierSodium"]),
        .testTarget(name: "CryptoPrimitivesTests", dependencies: ["CryptoPrimitives", "DossierCore", "TestSupport"]),

        // Row 2 — syntax: bytes to values and back, lossless, strict, synchronous; the certificates; the procedures.
        .target(name: "DERSyntax", dependencies: ["DossierCore"]),
        .testTarget(
            name: "DERSyntaxTests",
            dependencies: [
                "DERSyntax", "DossierCore", "TestSupport", .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        .target(name: "PDFSyntax", dependencies: ["CryptoPrimitives", "DossierCore", "CDossierZlib"]),
        .testTarget(
            name: "PDFSyntaxTests", dependencies: ["PDFSyntax", "CryptoPrimitives", "DossierCore", "TestSupport"]),
        .target(name: "XMLSyntax", dependencies: ["DossierCore", "CDossierXML2"]),
        .testTarget(name: "XMLSyntaxTests", dependencies: ["XMLSyntax", "DossierCore", "TestSupport"]),
        .target(name: "ZIPSyntax", dependencies: ["DossierCore", "CDossierZlib"]),
        .testTarget(
            name: "ZIPSyntaxTests", dependencies: ["ZIPSyntax", "DossierCore", "CDossierZlib", "TestSupport"]),
        .target(
            name: "PKIX", dependencies: ["CryptoPrimitives", "DERSyntax", "DossierCore", "CDossierData"],
            exclude: ["Data"]),
        .testTarget(
            name: "PKIXTests",
            dependencies: [
                "PKIX", "TestPKI", "SoftwareKeys", "CryptoPrimitives", "DERSyntax", "DossierCore", "TestSupport",
            ]),
        .testTarget(
            name: "ConformanceTests",
            dependencies: ["PKIX", "CryptoPrimitives", "DERSyntax", "DossierCore", "TestSupport"]),
        .target(name: "OnceOnly", dependencies: ["DossierCore", "CDossierData"], exclude: ["Data"]),
        .testTarget(name: "OnceOnlyTests", dependencies: ["OnceOnly", "DossierCore", "CDossierData", "TestSupport"]),

        // Row 3 — the verdict, private keys, the test infrastructure.
        .target(
            name: "SignatureValidation",
            dependencies: [
                "PKIX", "CryptoPrimitives", "DossierCore", "CDossierData",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Data"]),
        .testTarget(
            name: "SignatureValidationTests",
            dependencies: [
                "SignatureValidation", "TestPKI", "SoftwareKeys", "PKIX", "CryptoPrimitives", "DERSyntax",
                "DossierCore",
                "TestSupport", .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "TrustServices",
            dependencies: ["PKIX", "CryptoPrimitives", "DERSyntax", "DossierCore", "CDossierCURL"]),
        .testTarget(
            name: "TrustServicesTests",
            dependencies: [
                "TrustServices", "TestPKI", "SoftwareKeys", "PKIX", "CryptoPrimitives", "DERSyntax", "DossierCore",
                "TestSupport",
            ],
            exclude: ["server.py"]),
        .target(
            name: "SoftwareKeys",
            dependencies: ["PKIX", "CryptoPrimitives", "DERSyntax", "DossierCore", "CDossierOpenSSL"]),
        .testTarget(
            name: "SoftwareKeysTests",
            dependencies: ["SoftwareKeys", "TestPKI", "PKIX", "CryptoPrimitives", "DossierCore", "TestSupport"]),
        .target(
            name: "TestPKI", dependencies: ["PKIX", "SoftwareKeys", "CryptoPrimitives", "DERSyntax", "DossierCore"]),
        .testTarget(
            name: "TestPKITests", dependencies: ["TestPKI", "PKIX", "DERSyntax", "DossierCore", "TestSupport"]),

        // Row 4 — the vocabulary of AdES and the CMS-based signatures.
        .target(
            name: "AdES", dependencies: ["SignatureValidation", "PKIX", "CryptoPrimitives", "DERSyntax", "DossierCore"]),
        .testTarget(
            name: "AdESTests",
            dependencies: [
                "AdES", "SignatureValidation", "TestPKI", "SoftwareKeys", "PKIX", "CryptoPrimitives", "DERSyntax",
                "DossierCore", "TestSupport",
            ]),

        // Row 5 — formats.
        .target(
            name: "PAdES",
            dependencies: [
                "AdES", "SignatureValidation", "PKIX", "CryptoPrimitives", "DERSyntax", "PDFSyntax", "DossierCore",
            ]),
        .testTarget(
            name: "PAdESTests",
            dependencies: [
                "PAdES", "AdES", "SignatureValidation", "TestPKI", "SoftwareKeys", "PKIX", "CryptoPrimitives",
                "PDFSyntax",
                "DossierCore", "TestSupport",
            ]),

        // Row 6 — containers.
        .target(
            name: "ASiC",
            dependencies: [
                "AdES", "SignatureValidation", "PKIX", "CryptoPrimitives", "XMLSyntax", "ZIPSyntax", "DossierCore",
            ]),
        .testTarget(
            name: "ASiCTests",
            dependencies: [
                "ASiC", "AdES", "SignatureValidation", "TestPKI", "SoftwareKeys", "PKIX", "CryptoPrimitives",
                "XMLSyntax", "DERSyntax",
                "ZIPSyntax", "DossierCore", "TestSupport",
            ]),

        // Row 7 — the vault and its stores.
        .target(name: "DocumentVault", dependencies: ["CryptoPrimitives", "DERSyntax", "DossierCore"]),
        .target(
            name: "VaultSQLite",
            dependencies: [
                "DocumentVault", "CryptoPrimitives", "DossierCore", .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .target(
            name: "VaultPostgreSQL",
            dependencies: [
                "DocumentVault", "CryptoPrimitives", "DossierCore", "CDossierPostgreSQL",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ]),
        .target(
            name: "VaultObjectStore",
            dependencies: ["DocumentVault", "CryptoPrimitives", "XMLSyntax", "DossierCore", "CDossierCURL"]),
        .target(name: "VaultTesting", dependencies: ["DocumentVault", "DossierCore"]),
        .testTarget(
            name: "DocumentVaultTests",
            dependencies: [
                "DocumentVault", "CryptoPrimitives", "DERSyntax", "DossierCore", "VaultTesting", "TestSupport",
            ]),
        .testTarget(
            name: "VaultSQLiteTests",
            dependencies: [
                "VaultSQLite", "DocumentVault", "CryptoPrimitives", "DossierCore", "VaultTesting", "TestSupport",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "VaultObjectStoreTests",
            dependencies: [
                "VaultObjectStore", "VaultPostgreSQL", "VaultSQLite", "DocumentVault", "CryptoPrimitives",
                "DossierCore",
                "VaultTesting", "TestSupport",
            ],
            exclude: ["s3server.py", "s3faults.py"]),

        .testTarget(
            name: "VaultPostgreSQLTests",
            dependencies: [
                "VaultPostgreSQL", "VaultSQLite", "DocumentVault", "CryptoPrimitives", "DossierCore", "VaultTesting",
                "TestSupport", .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]),

        // Row 8 — the flows that join signatures, vault and procedures.
        .target(
            name: "DossierKit",
            dependencies: [
                "ASiC", "PAdES", "AdES", "SignatureValidation", "PKIX", "CryptoPrimitives", "DERSyntax", "PDFSyntax",
                "XMLSyntax", "ZIPSyntax", "DocumentVault", "OnceOnly", "DossierCore",
            ]),

        .testTarget(
            name: "DossierKitTests",
            dependencies: [
                "DossierKit", "TestPKI", "SoftwareKeys", "VaultTesting", "CryptoPrimitives", "PKIX", "DocumentVault",
                "OnceOnly", "ASiC", "ZIPSyntax", "PAdES", "AdES", "SignatureValidation", "DossierCore", "TestSupport",
            ]),

        // What other programs say of what is made here.
        .testTarget(
            name: "PeerTests",
            dependencies: [
                "DossierKit", "TestPKI", "SoftwareKeys", "CryptoPrimitives", "PKIX", "ASiC", "ZIPSyntax", "PAdES",
                "AdES",
                "PDFSyntax", "SignatureValidation", "DossierCore", "TestSupport",
            ]),

        // The rules that hold for every module: imports, purity, words, size.
        .testTarget(
            name: "ArchitectureTests",
            dependencies: ["SignatureValidation", "TrustServices", "PKIX", "DossierCore", "TestSupport"]),

        // What the tests share: corpora, peers, temporary folders.
        .target(name: "TestSupport", dependencies: ["DossierCore"], path: "Tests/Support"),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system && target.name.hasPrefix("CDossier") == false {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .enableUpcomingFeature("ImmutableWeakCaptures"),
            .treatAllWarnings(as: .error),
        ] + (target.type == .test ? [] : [.strictMemorySafety()])
}

// `make fuzz` only: coverage in every module, and the parsers' own product. Unsafe flags stay away from everybody else.
if Context.environment["FUZZ"] != nil {
    package.products.append(.library(name: "DERSyntax", targets: ["DERSyntax"]))
    for target in package.targets where target.type == .regular && target.name.hasPrefix("CDossier") == false {
        target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(["-sanitize=fuzzer"])]
    }
}

// For `make docs` only: who depends on this package does not fetch it.
if Context.environment["DOSSIER_DOCS"] != nil {
    package.dependencies.append(.package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
