// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore
public import PKIX
public import SignatureValidation

/// A signed file of anyone's that is raised from level to level (EN 319 122-1 §6, EN 319 142-1 §6).
///
/// What is there stays as it is, octet by octet; each step adds something or throws and adds nothing. Material comes from the
/// caller: ``neededMaterial(at:)`` says what is missing, wherever it is then found.
///
/// A signature that does not hold, or was changed after signing, is not extended. Paths are judged at the time of the
/// signature's time-stamp.
public protocol SignatureExtension: Sendable {
    /// What paths may end in.
    var domains: [TrustDomain] { get }

    /// The signatures as they are now.
    ///
    /// - Throws: when the file cannot be read.
    func signatureFacts() throws -> [SignatureFacts]

    /// Whether it is this signature, among others, that is raised; `true` unless the file can tell.
    func isRaised(_ facts: SignatureFacts) -> Bool

    /// Adds a time-stamp to every signature that has none: level B-T.
    ///
    /// - Throws: ``AdESError`` `timeStampNotAccepted`; errors of the authority unchanged.
    mutating func addTimeStamps(from authority: any TimeStamping) async throws

    /// Adds material to the file, of which only what is not there yet.
    mutating func add(_ material: ValidationMaterial) throws

    /// Adds an archive time-stamp to every signature, or a document time-stamp over all: level B-LTA, or its renewal.
    ///
    /// - Throws: ``AdESError`` `timeStampNotAccepted`; errors of the authority unchanged.
    mutating func addArchiveTimeStamps(from authority: any TimeStamping) async throws
}

/// What raises a signature beyond B-B.
public struct ExtensionResources: Sendable {
    /// Who gives time-stamps.
    public let timeStamps: any TimeStamping
    /// What paths may end in.
    public let domains: [TrustDomain]
    /// Gives material for certificates that lack their issuer or status; asked until nothing is missing or nothing new comes.
    /// Asked with no gap first where a signer's certificate is not enclosed.
    public let material: @Sendable ([MaterialGap]) async throws -> ValidationMaterial

    /// Makes resources with material that is fetched when it is known what is missing.
    public init(
        timeStamps: some TimeStamping, trusting domains: [TrustDomain],
        material: @escaping @Sendable ([MaterialGap]) async throws -> ValidationMaterial
    ) {
        self.timeStamps = timeStamps
        self.domains = domains
        self.material = material
    }

    /// Makes resources with material that is at hand.
    public init(timeStamps: some TimeStamping, trusting domains: [TrustDomain], material: ValidationMaterial) {
        self.init(timeStamps: timeStamps, trusting: domains) { _ in material }
    }
}

extension SignatureExtension {
    public func isRaised(_ facts: SignatureFacts) -> Bool { true }

    /// What every signature still lacks for level B-LT, its newest archive time-stamp included.
    ///
    /// - Parameters:
    ///   - material: Beside what the file has.
    ///   - time: For a signature without a time-stamp.
    /// - Throws: ``AdESError`` as ``longTermMaterial(from:at:)``.
    public func neededMaterial(beside material: ValidationMaterial = ValidationMaterial(), at time: Instant) throws
        -> [MaterialGap]
    {
        var gaps: [MaterialGap] = []
        for needed in try longTermMaterial(from: material, at: time) {
            gaps += needed.gaps.filter { gap in
                !gaps.contains { $0.certificate == gap.certificate && $0.kind == gap.kind }
            }
        }
        return gaps
    }

    /// What the signatures need of the file's and other material, one value per signature.
    ///
    /// - Throws: ``AdESError`` `unsuitableSignature` for a signature that does not hold, `levelNotReached` for a path that
    ///   breaks a rule at the time of the signature.
    public func longTermMaterial(from material: ValidationMaterial, at time: Instant) throws -> [LongTermMaterial] {
        try suitableSignatures().map { facts in
            let needed = LongTermMaterial(
                for: facts, trusting: domains, from: facts.longTermMaterial.merging(material),
                includingNewestTimeStamp: true, at: time)
            if let path = needed.faults.first, let fault = path.faults.first {
                let name = path.chain[fault.certificateIndex].certificate.subject.commonName ?? ""
                throw AdESError(
                    .levelNotReached, "\(facts.id), \(name): \(fault.rule.phrase.en) (\(fault.rule.clause))")
            }
            return needed
        }
    }

    /// Raises every signature to a level; at B-LTA already, the archive time-stamp is renewed.
    ///
    /// - Parameters:
    ///   - resources: Where time-stamps and material come from.
    ///   - time: Now: for a signature without a time-stamp, and for the judgement of what was reached.
    /// - Returns: Remarks, among them `revocation-before-signature`.
    /// - Throws: ``AdESError``: `unsuitableSignature`; `levelNotReached` that names the certificates whose material is missing;
    ///   `timeStampNotAccepted`. The value is then what it was before. Errors of the resources unchanged.
    @discardableResult
    public mutating func extend(
        to level: BaselineLevel, with resources: ExtensionResources, at time: Instant
    ) async throws -> [Finding] {
        var next = self
        try await next.addSigners(from: resources)
        _ = try next.suitableSignatures()
        if level >= .t { try await next.addTimeStamps(from: resources.timeStamps) }
        var findings: [Finding] = []
        if level >= .lt { findings = try await next.addMaterial(from: resources, at: time) }
        if level >= .lta { try await next.addArchiveTimeStamps(from: resources.timeStamps) }
        for facts in try next.suitableSignatures() {
            let reached = facts.reachedLevel(trusting: domains, at: time)
            guard let actual = reached.level, actual >= level else {
                throw AdESError(
                    .levelNotReached,
                    "\(facts.id) has level \(reached.level?.rawValue ?? "NOT-BASELINE"), asked for was \(level.rawValue)"
                        + reached.findings.map { ": \($0.phrase.en)" }.joined())
            }
        }
        self = next
        return findings
    }

    /// Adds the certificates of signers that are not enclosed, without which no value can be checked; every level asks for them.
    private mutating func addSigners(from resources: ExtensionResources) async throws {
        let facts = try signatureFacts()
        guard facts.contains(where: { isRaised($0) && $0.lacksSigner }) else { return }
        let given = try await resources.material([]).certificates
        var trial = self
        try trial.add(ValidationMaterial(certificates: given))
        let signers = try zip(facts, trial.signatureFacts()).compactMap { before, after in
            isRaised(before) && before.lacksSigner ? after.signingCertificate : nil
        }
        if !signers.isEmpty { try add(ValidationMaterial(certificates: signers)) }
    }

    private mutating func addMaterial(from resources: ExtensionResources, at time: Instant) async throws -> [Finding] {
        var known = ValidationMaterial()
        var gaps = try neededMaterial(at: time)
        // What an issuer's certificate adds to a path, and who signed a response, is known only then.
        for _ in 0..<8 where !gaps.isEmpty {
            known = try await known.merging(resources.material(gaps))
            let before = gaps
            gaps = try neededMaterial(beside: known, at: time)
            if gaps == before { break }
        }
        guard gaps.isEmpty else {
            throw AdESError(.levelNotReached, gaps.map(\.finding.phrase.en).joined(separator: "; "))
        }
        let needed = try longTermMaterial(from: known, at: time)
        try add(
            needed.reduce(ValidationMaterial()) {
                $0.merging($1.material).merging(ValidationMaterial(certificates: $1.anchors))
            })
        return needed.flatMap(\.findings)
    }

    /// The signatures that are raised, all of which hold.
    private func suitableSignatures() throws -> [SignatureFacts] {
        let signatures = try signatureFacts().filter(isRaised)
        guard !signatures.isEmpty else {
            throw AdESError(
                .unsuitableSignature, Phrase(vi: "tệp không có chữ ký nào", en: "there is no signature"))
        }
        for facts in signatures {
            if let reason = facts.reasonAgainstExtending {
                throw AdESError(
                    .unsuitableSignature,
                    Phrase(vi: "\(facts.id): \(reason.vi)", en: "\(facts.id): \(reason.en)"))
            }
        }
        return signatures
    }
}

extension SignatureFacts {
    /// Whether the value cannot be checked because the signer's certificate is not at hand.
    fileprivate var lacksSigner: Bool { value == .unknown && signingCertificate == nil }

    /// Why nothing is to be added to the signature; `nil` for one that holds.
    fileprivate var reasonAgainstExtending: Phrase? {
        if let fault = formatFaults.first { return fault.phrase }
        if reference == .broken {
            return Phrase(
                vi: "dữ liệu đã bị thay đổi sau khi ký", en: "the content was changed after signing")
        }
        // A detached signature may be raised without its content; a container that lacks it is not what was signed.
        if [.asicS, .asicE].contains(format), reference != .intact {
            return findings.first { $0.severity == .failure }?.phrase
                ?? Phrase(
                    vi: "không tìm thấy nội dung đã ký trong gói", en: "the signed content is not in the container")
        }
        if !coverage.uncoveredPaths.isEmpty {
            return findings.first { $0.severity == .failure }?.phrase
                ?? Phrase(
                    vi: "chữ ký không bao phủ mọi tệp trong gói",
                    en: "the signature does not cover every file of the container")
        }
        if lacksSigner {
            return Phrase(
                vi: "chữ ký không kèm chứng thư của người ký và tài liệu bổ sung cũng không có chứng thư này",
                en: "the signer's certificate is neither enclosed nor among the material that was given")
        }
        switch value {
        case .valid: break
        case .invalid: return Phrase(vi: "giá trị chữ ký không đúng", en: "the signature value does not hold")
        case .unknown:
            return Phrase(
                vi: "không kiểm tra được giá trị chữ ký: không biết thuật toán hoặc khóa",
                en: "the signature value cannot be checked: its algorithm or key is not known")
        }
        if changesAfterSigning.contains(where: { !$0.allowed }) {
            return Phrase(vi: "tệp đã bị thay đổi sau khi ký", en: "the file was changed after signing")
        }
        return nil
    }
}
