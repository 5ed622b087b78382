// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import Foundation
import SignatureValidation
import SoftwareKeys

/// All measurements in one run: a table on standard output, and JSON in the file that the first argument names. A second
/// argument is part of the names of the only ones that are wanted.
@main
struct Benchmarks {
    static func main() async throws {
        var bench = Bench(only: CommandLine.arguments.count > 2 ? CommandLine.arguments[2] : "")
        let rsa = try Chain(.rsa(bits: 2048), scheme: .rsaPKCS1(.sha256))
        let elliptic = try Chain(.elliptic(.p256), scheme: .ecdsa(.sha256))
        print(Bench.header)
        try await CertificateBenchmarks.path("RSA-2048", rsa, goal: 1 / 1.5, &bench)
        try await CertificateBenchmarks.path("P-256", elliptic, goal: 1 / 1.2, &bench)
        try await CertificateBenchmarks.parsing(rsa, &bench)
        try await CertificateBenchmarks.revocationList(rsa, &bench)
        try await signatures(&bench)
        try await EngineBenchmarks.alone(rsa, &bench)
        try await EngineBenchmarks.onTwoCores(rsa, &bench)
        try await EncryptionBenchmarks.cobblestone("64 KiB", size: 1 << 16, goal: 0.7, &bench)
        try await EncryptionBenchmarks.cobblestone("1 MiB", size: 1 << 20, goal: 0.85, &bench)
        if ["plan, ", "procedures"].contains(where: bench.wants) { try await PlanBenchmarks.run(&bench) }

        if CommandLine.arguments.count > 1, CommandLine.arguments[1] != "-" {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(bench.results).write(to: URL(filePath: CommandLine.arguments[1]), options: .atomic)
        }
        let goals = bench.results.filter { $0.goal != Goal.none.text }
        let missed = goals.count { !$0.holds }
        print("\(goals.count - missed) of \(goals.count) goals hold")
    }

    /// Signing and validating by format and level.
    private static func signatures(_ bench: inout Bench) async throws {
        let (rsa, elliptic) = (SignatureScheme.rsaPKCS1(.sha256), SignatureScheme.ecdsa(.sha256))
        try await SignatureBenchmarks.cades(
            "RSA-2048", .rsa(bits: 2048), rsa, signing: 0.95, verifying: 1, &bench)
        try await SignatureBenchmarks.cades(
            "P-256", .elliptic(.p256), elliptic, signing: 0.8, verifying: 1, &bench)
        try await PDFSigningBenchmarks.besideBareWork("RSA-3072", .rsa(bits: 3072), rsa, goal: 1.3, &bench)
        try await PDFSigningBenchmarks.besideBareWork("P-256", .elliptic(.p256), elliptic, goal: 1.5, &bench)
        try await PDFSigningBenchmarks.writing(&bench)
        if bench.wants("beside pyHanko") || bench.only.hasPrefix("PAdES") || bench.only.contains("signers"),
            let peer = try PyHankoPeer(skipping: "12 rows beside pyHanko")
        {
            defer { peer.end() }
            try await PDFSigningBenchmarks.besidePyHanko("RSA-2048", .rsa(bits: 2048), rsa, peer, &bench)
            try await PDFSigningBenchmarks.besidePyHanko("P-256", .elliptic(.p256), elliptic, peer, &bench)
            for (size, bytes) in [("20 KiB", 20 << 10), ("1 MiB", 1 << 20)] {
                for (level, goal) in [(BaselineLevel.b, 15.0), (.lta, 30)] {
                    try await ValidationBenchmarks.besidePyHanko(
                        "\(size), RSA-2048", .rsa(bits: 2048), rsa, bytes: bytes, level, goal: goal, peer, &bench)
                    try await ValidationBenchmarks.besidePyHanko(
                        "\(size), P-256", .elliptic(.p256), elliptic, bytes: bytes, level, goal: goal, peer, &bench)
                }
            }
            try await ValidationBenchmarks.byService("RSA-2048", .rsa(bits: 2048), rsa, goal: 15, peer, &bench)
            try await ValidationBenchmarks.byService(
                "P-256", .elliptic(.p256), elliptic, goal: 15, peer, &bench)
        }
        try await ValidationBenchmarks.besideBareWork(&bench)
        try await DossierBenchmarks.tenAttachments(&bench)
        try await DossierBenchmarks.largeFile(&bench)
    }
}
