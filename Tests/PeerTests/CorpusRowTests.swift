// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import DossierCore
import Foundation
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import TestSupport
import Testing

@Suite struct `Signed files of other projects, row by row (docs/known-differences.md)` {
    private static let time = Instant(seconds: 1_795_219_200)

    private struct Manifest {
        let rows: [[String: Any]]
        let folder: URL

        init?(_ name: String, cases: String) throws {
            guard let path = Corpora.path("manifests/\(name)", cases: cases) else { return nil }
            rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").compactMap {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
            folder = path.deletingLastPathComponent().deletingLastPathComponent()
        }
    }

    /// Holds what differs against the table of the page, whose rows are file, point, theirs, here, reason.
    private func compare(_ rows: [CorpusRow], under heading: String) throws {
        var written = try DocumentedTable("known-differences.md", under: heading).rows
        var counts: [String: (agree: Int, differ: Int)] = [:]
        var lines: [String] = []
        for row in rows {
            for point in row.points {
                guard !point.agrees else {
                    counts[point.name, default: (0, 0)].agree += 1
                    continue
                }
                counts[point.name, default: (0, 0)].differ += 1
                let cells = ["`\(row.name)`", point.name, point.theirs, point.ours]
                if let index = written.firstIndex(where: { Array($0.prefix(4)) == cells }) {
                    let reason = written.remove(at: index).dropFirst(4).first ?? ""
                    #expect(!reason.isEmpty, "\(row.name): \(point.name) has no reason")
                } else {
                    lines.append("| " + cells.joined(separator: " | ") + " |  |")
                }
            }
        }
        let list = counts.sorted { $0.key < $1.key }.map {
            "\($0.key): \($0.value.agree) agree, \($0.value.differ) differ"
        }
        print("\(heading): \(rows.count) files; \(list.joined(separator: "; "))")
        if !lines.isEmpty { Issue.record("differences that the page does not have:\n\(lines.joined(separator: "\n"))") }
        #expect(written.isEmpty, "rows that are no difference any more: \(written.map { $0.prefix(4) })")
    }

    // MARK: DSS

    private func name(_ facts: SignatureFacts, _ level: BaselineLevel?) -> String {
        let format =
            facts.format == .asicE || facts.format == .asicS
            ? "CAdES" : facts.format == .cms ? "CAdES" : facts.format.rawValue
        let words = [format, level?.rawValue ?? "NOT-BASELINE", facts.profile].compactMap(\.self)
        return words.joined(separator: " ")
    }

    private func dssRow(_ row: [String: Any], _ folder: URL, _ levels: [String: [String]]) throws -> CorpusRow {
        var result = CorpusRow(file: row["file"] as? String ?? "")
        func add(_ name: String, _ theirs: [String], _ ours: [String], _ agrees: Bool) {
            result.points.append(
                CorpusRow.Point(
                    name: name, theirs: theirs.sorted().joined(separator: ", "),
                    ours: ours.isEmpty ? "none" : Set(ours).sorted().joined(separator: ", "), agrees: agrees))
        }
        let crypto = row["crypto"] as? [String] ?? []
        let detached = (row["detached"] as? [String])?.first
        let content = detached.flatMap { try? Data(contentsOf: folder.appending(path: $0)) }.map { Array($0) }
        let facts: [SignatureFacts]
        do {
            facts = try CorpusFile.open(folder.appending(path: result.file).path(), content: content)
                .signatureFacts(with: ValidationMaterial())
        } catch {
            add("integrity", crypto, ["not read"], false)
            return result
        }
        let anchors = CorpusFile.topmost(of: facts)
        let trust = [TrustDomain(name: "the file's own", anchors: anchors)]
        let validator = SignatureValidator(trusting: trust, policy: .etsi2026, revocation: .off)
        let reports = facts.map { validator.validate($0, at: Self.time) }
        let integrity = reports.map(\.integrity.rawValue)
        switch crypto {
        case ["valid"]: add("integrity", crypto, integrity, Set(integrity) == ["intact"])
        case ["invalid"]: add("integrity", crypto, integrity, Set(integrity) == ["broken"])
        case ["no-signature (timestamp/evidence-record document)"]:
            add("integrity", crypto, integrity, integrity.isEmpty)
        default:
            // DSS states several answers, for several signatures or with several contents.
            add("integrity", crypto, integrity, crypto.count > 1 || crypto == ["mixed"])
        }
        let checks = row["pdf_checks"] as? [String] ?? []
        let changes = facts.flatMap(\.changesAfterSigning)
        let isSound = !facts.contains {
            $0.coverage.scope == .partial || $0.coverage.scope == .unclear || !$0.formatFaults.isEmpty
        }
        for check in Set(checks) {
            let isTrue = check.hasSuffix("=true")
            if check.hasPrefix("isPdfSignatureDictionaryConsistent") || check.hasPrefix("isSignatureByteRangeValid") {
                add("coverage", [check], [isSound ? "sound" : "not sound"], isSound == isTrue)
            } else if check.hasPrefix("arePdfModificationsDetected")
                || checks.count(where: { $0.hasPrefix("arePdfObjectModificationsDetected") }) == 1
            {
                let visible = changes.filter {
                    $0.kind != .dss && $0.kind != .timestamp && $0.kind != .metadata && $0.kind != .signature
                }
                let refused = changes.filter { !$0.allowed }
                let words = Set(visible + refused).map { "\($0.kind.rawValue)\($0.allowed ? "" : " refused")" }
                add("changes", [check], words, isTrue ? !words.isEmpty : refused.isEmpty)
            }
        }
        let stated = row["signature_level"] as? [String] ?? []
        if !stated.isEmpty {
            let ours = facts.map { name($0, $0.reachedLevel(trusting: trust, at: Self.time).level) }
            let allowed = Set(stated.flatMap { levels[$0] ?? [] })
            add("level", stated, ours, !ours.isEmpty && Set(ours).isSubset(of: allowed))
        }
        return result
    }

    @Test(arguments: [
        ("PAdES", ["dss-pades", "dss-pades-openpdf"]), ("CAdES", ["dss-cades"]),
        ("ASiC with CAdES", ["dss-asic-cades"]),
    ])
    func `files of DSS: integrity, coverage, changes and level`(format: String, modules: [String]) throws {
        guard let manifest = try Manifest("dss.by-file.jsonl", cases: "DSS files of \(format)") else { return }
        let table = try DocumentedTable("levels.md", under: "## The levels that DSS names").rows
        let levels = Dictionary(
            table.compactMap { row in
                row.count < 2
                    ? nil
                    : (
                        row[0].replacing("`", with: ""),
                        row[1].components(separatedBy: "; ").map { $0.replacing("`", with: "") }
                    )
            }, uniquingKeysWith: { $0 + $1 })
        let rows = try manifest.rows.filter { modules.contains($0["module"] as? String ?? "") }
            .map { try dssRow($0, manifest.folder, levels) }
        try compare(rows, under: "### DSS: \(format)")
    }

    // MARK: pyHanko

    @Test func `files of pyHanko: the verdict with its test roots, revocation off`() throws {
        guard let manifest = try Manifest("pyhanko-pdf.jsonl", cases: "30 signature rows of pyHanko") else { return }
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withFullDate]
        let walk = FileManager.default.enumerator(atPath: manifest.folder.appending(path: "pyhanko").path())
        let roots = (walk?.compactMap { $0 as? String } ?? []).filter {
            $0.hasSuffix("root.cert.pem") || $0.hasSuffix("root.crt")
        }.flatMap { path -> [Certificate] in
            let bytes =
                (try? Data(contentsOf: manifest.folder.appending(path: "pyhanko/\(path)"))).map { Array($0) } ?? []
            return (try? Certificate.all(in: bytes)) ?? []
        }
        var rows: [CorpusRow] = []
        for row in manifest.rows where row["kind"] as? String == "signature" {
            var result = CorpusRow(file: row["file"] as? String ?? "")
            let expected = row["expected"] as? String ?? ""
            let wanted =
                switch expected {
                case "reject-coverage", "reject-modification", "reject-format": ["TOTAL-FAILED FORMAT_FAILURE"]
                case "reject-algorithm":
                    ["INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE", "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE_NO_POE"]
                default: ["TOTAL-PASSED"]
                }
            var ours: [String]
            do {
                let document = try CorpusFile.open(manifest.folder.appending(path: result.file).path(), content: nil)
                let facts = try document.signatureFacts(with: ValidationMaterial())
                let anchors = roots + CorpusFile.topmost(of: facts)
                let stated = (row["validation_time"] as? String).flatMap { formatter.date(from: $0) }
                    .map { Instant(seconds: Int64($0.timeIntervalSince1970)) }
                let claimed = facts.compactMap(\.claimedSigningTime).max()
                let validator = SignatureValidator(
                    trusting: [TrustDomain(name: "pyHanko's tests", anchors: anchors)], policy: .rfc5280,
                    revocation: .off)
                let time = stated ?? claimed ?? Self.time
                ours = facts.map { facts in
                    let report = validator.validate(facts, at: time)
                    return [report.indication.rawValue, report.subIndication?.rawValue].compactMap(\.self)
                        .joined(separator: " ")
                }
            } catch {
                ours = ["refused unread"]
            }
            // A rejection needs one signature that is refused; acceptance needs all of them.
            let agrees =
                wanted == ["TOTAL-PASSED"] ? Set(ours) == ["TOTAL-PASSED"] : !Set(ours).isDisjoint(with: wanted)
            result.points.append(
                CorpusRow.Point(
                    name: "verdict", theirs: expected, ours: Set(ours).sorted().joined(separator: ", "), agrees: agrees)
            )
            rows.append(result)
        }
        #expect(rows.count == 30)
        try compare(rows, under: "### pyHanko")
    }

    /// Reads every object of a file that is in use, with every stream whose filters are known, and its pages.
    private func readAll(_ path: String) throws(PDFSyntaxError) {
        guard let source = try? FileSource(path: path) else { throw PDFSyntaxError(.unsupportedFilter, "") }
        let file = try PDFFile(reading: source)
        _ = try file.pages()
        for reference in file.objectsInUse() {
            guard let stream = try file.indirectObject(reference)?.value.stream else { continue }
            do throws(PDFSyntaxError) { _ = try file.decodedBytes(of: stream) } catch {
                guard error == PDFSyntaxError(.unsupportedFilter, "") else { throw error }
            }
        }
    }

    @Test func `files of pyHanko for its parser are read, or refused where it is strict`() throws {
        guard let manifest = try Manifest("pyhanko-pdf.jsonl", cases: "27 parser rows of pyHanko") else { return }
        var rows: [CorpusRow] = []
        for row in manifest.rows where row["kind"] as? String == "parser" {
            var result = CorpusRow(file: row["file"] as? String ?? "")
            let expected = row["expected"] as? String ?? ""
            var ours = "read"
            do throws(PDFSyntaxError) {
                try readAll(manifest.folder.appending(path: result.file).path())
            } catch { ours = "refused: \(error.code)" }
            result.points.append(
                CorpusRow.Point(
                    name: "reading", theirs: expected, ours: ours,
                    agrees: expected.contains("reject") ? ours != "read" : ours == "read"))
            rows.append(result)
        }
        #expect(rows.count == 27)
        try compare(rows, under: "### pyHanko: its parser")
    }
}
