// swift-tools-version: 6.2
import PackageDescription

// One libFuzzer program per parser. `Scripts/fuzz` puts the path of libFuzzer's runtime into FUZZ; without it the package
// is empty, so that nobody builds it by accident.
let runtime = Context.environment["FUZZ"]

/// Programs and the modules that they feed.
let programs: [(name: String, modules: [String])] = [
    ("FuzzDER", ["DERSyntax"]),
    ("FuzzBER", ["DERSyntax"]),
    ("FuzzCertificate", ["PKIX"]),
    ("FuzzRevocationList", ["PKIX"]),
    ("FuzzSignedData", ["AdES", "PKIX", "DossierCore"]),
    ("FuzzPEM", ["PKIX"]),
    ("FuzzPDF", ["PAdES", "PDFSyntax", "DossierCore"]),
    ("FuzzManifest", ["DossierKit"]),
    ("FuzzPolicy", ["SignatureValidation", "PKIX"]),
    ("FuzzOCSP", ["PKIX"]),
    ("FuzzTimeStamp", ["PKIX"]),
    ("FuzzTrustBundle", ["PKIX"]),
    ("FuzzAddress", ["TrustServices"]),
    ("FuzzZIP", ["ASiC", "ZIPSyntax", "PKIX", "DossierCore"]),
    ("FuzzXML", ["XMLSyntax"]),
]

let package = Package(
    name: "Fuzz",
    platforms: [.macOS(.v26)],
    dependencies: runtime == nil ? [] : [.package(name: "DossierKit", path: "../..")],
    targets: runtime.map { runtime in
        [
            .target(name: "CFuzzer"),
            .target(
                name: "FuzzSupport", dependencies: ["CFuzzer"],
                linkerSettings: [.unsafeFlags([runtime]), .linkedLibrary("stdc++")]),
        ]
            + programs.map { program in
                .executableTarget(
                    name: program.name,
                    dependencies: ["FuzzSupport"] + program.modules.map { .product(name: $0, package: "DossierKit") })
            }
    } ?? [],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type == .executable {
    target.swiftSettings = [.unsafeFlags(["-sanitize=fuzzer"])]
}
