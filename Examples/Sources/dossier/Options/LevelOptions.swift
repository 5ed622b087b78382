// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import ArgumentParser
import CryptoPrimitives
import DossierCore
import DossierKit
import PKIX
import SignatureValidation
import TrustServices

/// The authorities that stamp.
struct AuthorityOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Time-stamp authority (RFC 3161); repeat it for others to ask when one fails.", valueName: "url"))
    var tsa: [String] = []

    @Option(help: ArgumentHelp("Longest wait for one answer of an authority.", valueName: "seconds"))
    var tsaTimeout = 180

    func validate() throws {
        guard (1...3_600).contains(tsaTimeout) else { throw ValidationError("--tsa-timeout takes 1 to 3600 seconds") }
        _ = try addresses()
    }

    /// The authorities, in their order; a time-stamp that the trust refuses is not taken.
    func authority(_ online: OnlineOptions, judging judge: TimeStampJudge) throws -> JudgedAuthority {
        guard !tsa.isEmpty else { return JudgedAuthority(client: nil, judge: judge) }
        let access = try online.services().access
        let addresses = try addresses().map { address in
            // The operator's table holds for the operator's own addresses as well.
            try access.remapping.target(of: address) ?? address
        }
        var limits = HTTPRequest.Limits.timeStamp
        limits.milliseconds = Int64(tsaTimeout) * 1_000
        return JudgedAuthority(
            client: TimeStampClient(addresses, access, random: SystemRandom(), limits: limits), judge: judge)
    }

    private func addresses() throws -> [HTTPAddress] {
        try tsa.map { text in
            do throws(TrustServicesError) { return try HTTPAddress(text) } catch {
                throw ValidationError("--tsa takes an http or https address: \(error.detail)")
            }
        }
    }
}

/// The level of a new signature.
struct LevelOptions: ParsableArguments {
    @Option(help: "b-b, b-t, b-lt or b-lta; from b-t upwards it needs --tsa; default b-t where --tsa is given.")
    var level: String?

    @OptionGroup var authority: AuthorityOptions

    func validate() throws {
        guard let level else { return }
        guard let named = BaselineLevel(option: level) else {
            throw ValidationError("--level takes b-b, b-t, b-lt or b-lta")
        }
        guard named == .b || !authority.tsa.isEmpty else { throw ValidationError("--level \(level) needs --tsa") }
    }

    /// The level that is to be reached.
    var baselineLevel: BaselineLevel {
        level.flatMap { BaselineLevel(option: $0) } ?? (authority.tsa.isEmpty ? .b : .t)
    }
}

extension BaselineLevel {
    /// A level as the command line writes it.
    init?(option: String) {
        guard option == option.lowercased() else { return nil }
        self.init(rawValue: option.uppercased())
    }
}

/// The authorities of `--tsa`, each token held against the trust that a verifier would use.
struct JudgedAuthority: TimeStamping {
    /// `nil` where none was named.
    let client: TimeStampClient?
    let judge: TimeStampJudge

    func token(for imprint: MessageImprint) async throws -> TimeStampToken {
        guard let client else {
            throw CommandFailure(
                .usage, vi: "cần dấu thời gian: dùng --tsa", en: "a time-stamp is needed: give --tsa")
        }
        let stamp = try await client.stamp(imprint) { await judge.accepts($0, for: imprint) }
        for failure in stamp.failures {
            let why = failure.error.code.phrase
            Console.warn(Phrase(vi: "\(failure.authority): \(why.vi)", en: "\(failure.authority): \(why.en)"))
        }
        return stamp.token
    }
}

/// Judges time-stamp authorities before their tokens are taken.
struct TimeStampJudge: Sendable {
    let domains: [TrustDomain]
    let material: ValidationMaterial
    let revocation: RevocationMode
    let online: OnlineOptions
    let queue: MaterialQueue

    /// Whether a token may be taken: an authority that fails may not stamp; one that cannot be judged here is said and
    /// taken, because a verifier may know more.
    func accepts(_ token: TimeStampToken, for imprint: MessageImprint) async -> Bool {
        let now = TimeOption.now()
        let facts = token.verify(imprint: { _ in imprint.value }, candidates: material.certificates)
        var known = material
        known.certificates += token.signedData.certificates
        let signers = [facts.signingCertificate].compactMap(\.self)
        let completed = try? await queue.next { [known, domains, online] in
            try await online.completing(known, for: signers, trusting: domains, at: now)
        }
        let result = TimeStampValidation(token, facts: facts, trusting: domains, material: completed?.material ?? known)
            .evaluate(at: now, revocation: revocation)
        guard result.outcome != .passed else { return true }
        let name = facts.signingCertificate?.subject.commonName ?? "?"
        let why = result.faults.first?.phrase ?? result.path?.faults.first?.rule.phrase
        Console.warn(
            result.outcome == .failed
                ? Phrase(
                    vi: "không nhận dấu thời gian của \(name): \(why?.vi ?? "")",
                    en: "the time-stamp of \(name) is not taken: \(why?.en ?? "")")
                : Phrase(
                    vi: "chưa xác định được tổ chức cấp dấu thời gian \(name): \(why?.vi ?? "")",
                    en: "the time-stamp authority \(name) could not be judged: \(why?.en ?? "")"))
        return result.outcome != .failed
    }
}
