// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DocumentVault
import DossierCore
import DossierKit
import VaultSQLite

/// Agency cards: whose keys they are is judged by the trust that is given.
struct CardFile {
    let path: String

    func validated(
        as role: AgencyCard.Role, _ trust: TrustOptions, in domains: [String], at time: Instant
    ) throws -> ValidatedCard {
        do {
            let bytes = try FileSource(path: path).allBytes(limit: 1 << 20)
            return try SignedAgencyCard(parsing: bytes).validated(
                by: trust.validator(at: time), as: role, in: Set(domains), at: time)
        } catch {
            throw CommandFailure(granting: error, path: path)
        }
    }
}

/// A release service that runs within the command: its card, keys and log.
struct ReleaseServiceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Database with the release service's grants and access logs.", valueName: "file"))
    var releaseLog: String

    @Option(help: ArgumentHelp("Signed card of the release service.", valueName: "file"))
    var serviceCard: String

    @Option(help: ArgumentHelp("Private keys of the release service's card.", valueName: "file"))
    var serviceKey: String

    func service(_ trust: TrustOptions, at time: Instant) throws -> ReleaseService {
        try OutputFile.check(releaseLog, inputs: [serviceCard, serviceKey], force: true)
        return try ReleaseService(
            card: CardFile(path: serviceCard).validated(as: .releaseService, trust, in: [], at: time),
            key: cardKeys(from: serviceKey), in: SQLiteAccessLogStore(path: releaseLog))
    }
}

/// Private keys of a device or card from their file.
func cardKeys(from path: String) throws -> DeviceKey {
    do {
        return try DeviceKey(SecretBytes(copying: try FileSource(path: path).allBytes(limit: 4096)))
    } catch {
        throw CommandFailure(error, path: path)
    }
}

/// What a file that somebody was handed holds: a package, an escrow, a revocation. One that is none is wrong input, not a
/// damaged vault.
func handed<Value>(
    _ path: String, limit: Int64, is name: Phrase, _ parse: ([UInt8]) throws -> Value
) throws -> Value {
    do {
        return try parse(FileSource(path: path).allBytes(limit: limit))
    } catch let error as VaultError where error.code == .damaged {
        throw CommandFailure(
            .badInput, vi: "\(path): không phải \(name.vi), hoặc đã bị sửa", en: "\(path): not \(name.en), or changed")
    } catch {
        throw CommandFailure(error, path: path)
    }
}

extension CommandFailure {
    /// An error of grants, cards and releases: a refusal is 77.
    init(granting error: any Error, path: String? = nil) {
        let place = path.map { "\($0): " } ?? ""
        switch error {
        case let refusal as ReleaseRefusal:
            self.init(
                .noPermission, vi: "không được cấp quyền: \(refusal.phrase.vi)", en: "refused: \(refusal.phrase.en)")
        case let error as AgencyCardError:
            let status: ExitStatus =
                switch error.code {
                case .malformed: .badInput
                case .signatureIndeterminate: .unavailable
                default: .noPermission
                }
            self.init(status, vi: place + error.phrase.vi, en: place + error.phrase.en)
        default: self.init(error, path: path)
        }
    }
}
