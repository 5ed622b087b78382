// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DocumentVault
import Foundation
import Glibc

/// Peak memory of a process that stores one document and reads it back.
enum MemoryRows {
    static func run(_ table: inout Table, _ scratch: Scratch, largest: Int64, _ size: String) async throws {
        let name = "peak memory, from 10 MiB to \(size)"
        guard table.wants(name) else { return }
        guard scratch.free > largest * 5 / 4 + (4 << 30) else {
            say("left out: \(name): not enough room on the disk")
            return
        }
        var peaks: [Double] = []
        for octets in [10 << 20, largest] {
            let source = scratch("sparse.bin")
            guard FileManager.default.createFile(atPath: source, contents: nil), truncate(source, Int(octets)) == 0
            else { throw CannotMeasure(description: source) }
            let fixture = try await Fixture(scratch("memory"))
            let output = try Program.run(
                [Program.own, "child", "memory", scratch("memory"), "\(fixture.vault.id)", source],
                environment: ["DOSSIER_BENCH_CODE": try fixture.code.text()]
            ).output
            guard let kibibytes = Double(output.trimmingCharacters(in: .whitespacesAndNewlines)) else {
                throw CannotMeasure(description: "a child said \(output)")
            }
            peaks.append(kibibytes / 1024)
            scratch.delete("memory")
            scratch.delete("sparse.bin")
        }
        table.add(
            name, peaks[1] - peaks[0], "MiB", goal: .atMost(8),
            note: "VmHWM of a process that stores a document and reads it back: \(peaks[0]) and \(peaks[1]) MiB")
    }

    /// The part of the other process.
    static func child(_ vault: Vault, _ path: String) async throws {
        let stored = try await vault.store(file: path)
        var read: Int64 = 0
        let content = try await vault.read(stored.document)
        try await content.forEachPiece { read += Int64($0.count) }
        guard read == content.size else { throw CannotMeasure(description: "another size came back") }
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        say(peak?.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init) ?? "unknown")
    }
}
