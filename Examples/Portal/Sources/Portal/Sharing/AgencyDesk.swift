// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import Foundation

/// The agency's desk: what came in, and what was answered. A back office of its own in real life.
struct AgencyDesk: Sendable {
    let records: PortalRecords

    /// A code for a new dossier: agency, day, number of the day.
    func newCode(on day: CalendarDate) async throws -> String {
        let parts = day.parts
        let date = [parts.year % 100, parts.month, parts.day].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined()
        var number = ""
        try await records.change(.number, date) { last in
            number = "\((last.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0) + 1)"
            return Array(number.utf8)
        }
        return "T01.01-\(date)-" + String(repeating: "0", count: max(0, 4 - number.count)) + number
    }

    func receive(_ dossier: ReceivedDossier) async throws {
        let octets = try encoded(dossier)
        try await records.change(.dossier, dossier.code) { $0 == nil ? octets : nil }
        // Listed when it is there: whoever sees the list can open what stands in it.
        try await records.change(.desk, "") { list in
            let codes = try Self.codes(list)
            return codes.contains(dossier.code) ? nil : Array(try JSONEncoder().encode(codes + [dossier.code]))
        }
    }

    func dossier(_ code: String) async throws -> ReceivedDossier? {
        try await records.value(.dossier, code).map { try JSONDecoder().decode(ReceivedDossier.self, from: Data($0)) }
    }

    /// All, the newest first.
    func all() async throws -> [ReceivedDossier] {
        var all: [ReceivedDossier] = []
        for code in try Self.codes(await records.value(.desk, "")).sorted(by: >) {
            if let found = try await dossier(code) { all.append(found) }
        }
        return all
    }

    func add(_ result: ReceivedDossier.Result, to code: String) async throws {
        try await records.change(.dossier, code) { octets in
            guard let octets else { return nil }
            var dossier = try JSONDecoder().decode(ReceivedDossier.self, from: Data(octets))
            dossier.results.append(result)
            return try encoded(dossier)
        }
    }

    private func encoded(_ dossier: ReceivedDossier) throws -> [UInt8] { Array(try JSONEncoder().encode(dossier)) }

    private static func codes(_ list: [UInt8]?) throws -> [String] {
        try list.map { try JSONDecoder().decode([String].self, from: Data($0)) } ?? []
    }
}
