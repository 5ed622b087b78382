// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Which module may import which: the rooms of the design, the lowest row first.
enum ModuleMap {
    /// What every module may import: the language's own, without clock, network or files of its own.
    static let everywhere: Set<String> = ["FoundationEssentials", "Synchronization", "Swift"]
    /// The C library; DossierCore reads files with it.
    static let libc: Set<String> = ["Glibc", "Musl", "Darwin"]
    /// Modules in which the whole of Foundation is allowed: those that touch the outside.
    static let usesFoundation: Set<String> = ["VaultSQLite", "VaultPostgreSQL", "VaultObjectStore", "DossierKit"]

    /// Single files that need more than their module, each with its reason.
    static let exceptions: [String: Set<String>] = [
        // Normalisation to NFC of passphrases and names; FoundationEssentials does not have it.
        "Sources/DocumentVault/Documents/Text+NFC.swift": ["Foundation"],
        // The same of texts that a signature shows: fonts have one glyph for a letter with its marks.
        "Sources/PAdES/Appearance/Text+NFC.swift": ["Foundation"],
        // Key derivation takes a second and a gibibyte: it runs on a bounded queue of its own.
        "Sources/DocumentVault/Keys/KeyDerivationQueue.swift": ["Dispatch"],
        // Between two stores: who takes a piece may block, who reads it may not.
        "Sources/DocumentVault/Storage/RelayedContent.swift": ["Dispatch"],
        // Synchronous calls of the database stay off the threads of concurrency.
        "Sources/VaultSQLite/SQLiteVaultStore.swift": ["Dispatch"],
        "Sources/VaultSQLite/CommitQueue.swift": ["Dispatch"],
        // A document goes into a file that the caller has opened: the calls of the system that writing takes, nothing else.
        "Sources/DocumentVault/Files/DirectWriting.swift": ["Dispatch", "Glibc", "Musl", "Darwin"],
        "Sources/DocumentVault/Files/SystemWrite.swift": ["Glibc", "Musl", "Darwin"],
        // Waiting for a server, and reading a stream that may block, as well.
        "Sources/VaultPostgreSQL/Connection/SocketWatch.swift": ["Dispatch"],
        "Sources/VaultPostgreSQL/Connection/Connection.swift": ["Dispatch"],
        "Sources/VaultPostgreSQL/Store/StreamQueue.swift": ["Dispatch"],
    ]

    private static let core: Set<String> = ["DossierCore"]
    private static let primitives = core.union(["CryptoPrimitives"])
    private static let certificates = primitives.union(["DERSyntax", "PKIX"])
    private static let verdict = certificates.union(["SignatureValidation"])
    private static let signatures = verdict.union(["AdES"])
    private static let vault = primitives.union(["DERSyntax", "DocumentVault"])

    /// The modules of Sources, built or to come, with what they may import besides ``everywhere``.
    static let allowed: [String: Set<String>] = [
        "DossierCore": libc,
        "CryptoPrimitives": core.union(["CDossierOpenSSL", "CDossierSodium"]),
        "DERSyntax": core,
        "PDFSyntax": primitives.union(["CDossierZlib"]),
        "XMLSyntax": core.union(["CDossierXML2"]),
        "ZIPSyntax": core.union(["CDossierZlib"]),
        "OnceOnly": core.union(["CDossierData"]),
        "PKIX": primitives.union(["DERSyntax", "CDossierData"]),
        "SignatureValidation": certificates.union(["CDossierData", "Logging"]),
        "TrustServices": certificates.union(["CDossierCURL"]),
        "SoftwareKeys": certificates.union(["CDossierOpenSSL"]),
        "HardwareKeys": certificates.union(["CDossierPKCS11"]),
        "TestPKI": certificates.union(["SoftwareKeys"]),
        "AdES": verdict,
        "PAdES": signatures.union(["PDFSyntax"]),
        "XAdES": signatures.union(["XMLSyntax"]),
        "ASiC": signatures.union(["XAdES", "XMLSyntax", "ZIPSyntax"]),
        "TrustedLists": verdict.union(["XAdES"]),
        "DocumentVault": primitives.union(["DERSyntax"]),
        "VaultSQLite": vault.union(["GRDB"]),
        "VaultPostgreSQL": vault.union(["CDossierPostgreSQL", "CoreMetrics"]),
        "VaultObjectStore": vault.union(["XMLSyntax", "CDossierCURL"]),
        "VaultTesting": vault,
        "DossierKit": signatures.union(vault).union([
            "PAdES", "XAdES", "ASiC", "TrustedLists", "OnceOnly", "PDFSyntax", "XMLSyntax", "ZIPSyntax", "SoftwareKeys",
            "TrustServices", "CDossierData",
        ]),
    ]

    /// C modules: no Swift in them.
    static func isC(_ module: String) -> Bool { module.hasPrefix("CDossier") }

    /// Modules above the pure ones: those that may reach clock and randomness of the system.
    static let top: Set<String> = ["DossierKit"]
}
