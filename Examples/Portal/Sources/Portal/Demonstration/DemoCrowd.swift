// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
public import DossierKit

/// Many more invented citizens, each with a vault: for measuring the portal under load.
///
/// The first hundred and fifty have a passphrase, and the first fifty of these every paper of the demonstration and a file of
/// 200 KiB. The vaults of the others are opened by a recovery code alone, which nobody keeps: no key is derived for it, so
/// that ten thousand of them are made in seconds by the same calls as any other.
struct DemoCrowd: Sendable {
    /// Opens the vaults that have one.
    static let passphrase = "một câu mật khẩu thử nghiệm"
    static let withPassphrase = 150
    static let withEveryPaper = 50
    /// Octets of the large file.
    static let largeFile = 200 << 10
    private static let prefix = "crowd-"

    let count: Int
    /// Signs for all of them.
    let signer: DemoPerson

    /// The person whom an answer of the sign-in form names.
    func person(answering answer: String) -> DemoPerson? {
        guard answer.hasPrefix(Self.prefix), let number = Int(answer.dropFirst(Self.prefix.count)),
            (0..<count).contains(number)
        else { return nil }
        return person(number)
    }

    /// The person with a personal identification number.
    func person(withSubject subject: String) -> DemoPerson? {
        guard subject.count == 12, subject.hasPrefix("999"), let number = Int(subject.dropFirst(3)),
            (0..<count).contains(number)
        else { return nil }
        return person(number)
    }

    func person(_ number: Int) -> DemoPerson {
        let digits = "\(number)"
        return DemoPerson(
            choice: .init(
                answer: Self.prefix + digits, name: "Người Thử Nghiệm \(digits) (TEST)", role: .citizen),
            subject: "999" + String(repeating: "0", count: max(0, 9 - digits.count)) + digits,
            related: signer.related, signer: signer.signer)
    }
}

extension DemoWorld {
    /// Adds invented citizens with vaults, who can sign in like the others and are on no list.
    ///
    /// - Parameter count: How many.
    public mutating func invite(_ count: Int, at time: Instant) async throws {
        guard let signer = people.first else { throw PortalError.notFound }
        let crowd = DemoCrowd(count: count, signer: signer)
        // As many at a time as share a commit.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= 64 { _ = try await group.next() }
                group.addTask { [self] in try await makeVault(of: number, in: crowd, at: time) }
            }
            try await group.waitForAll()
        }
        self.crowd = crowd
    }

    @concurrent private func makeVault(of number: Int, in crowd: DemoCrowd, at time: Instant) async throws {
        let person = crowd.person(number)
        guard try await accounts.vault(of: person.subject) == nil else { return }
        let secret: Unlocking =
            number < DemoCrowd.withPassphrase
            ? .passphrase(DemoCrowd.passphrase) : .recoveryCode(RecoveryCode(random: SystemRandom()))
        let vault = try await Vault.create(
            name: person.name, in: store, unlocking: [secret], at: time)
        let uploads =
            number < DemoCrowd.withEveryPaper
            ? try papers.map { try upload($0, of: person, at: time) } + [try largeFile(of: person)]
            : try (0..<3).map { try note($0, of: person) }
        _ = try await vault.store(uploads, at: time)
        _ = try await accounts.open(vault.id, for: person.subject)
        try await accounts.keep(vault.anchor)
    }

    private func upload(_ paper: SamplePaper, of person: DemoPerson, at time: Instant) throws -> DocumentUpload {
        let said = DocumentPages.Described(paper)
        let source = MemorySource(paper.bytes)
        let report = try FileReport(path: paper.file, source: source, validator: validator, at: time)
        var metadata = DocumentMetadata(type: said.type, name: paper.file, mediaType: "application/pdf")
        metadata.number = said.number
        metadata.issuerName = said.issuer
        metadata.issuerKind = said.issuerKind
        metadata.issuedOn = said.issuedOn
        metadata.validUntil = said.validUntil
        metadata.subjects = said.subjects.map { $0 == crowdSubject ? person.subject : $0 }
        return DocumentUpload(
            source, metadata: metadata, provenance: try .verified(report, source: .selfUpload), fields: said.fields)
    }

    /// Whose papers the samples are.
    private var crowdSubject: String { people.first?.subject ?? "" }

    private func largeFile(of person: DemoPerson) throws -> DocumentUpload {
        try plain("large.txt", octets: DemoCrowd.largeFile, of: person)
    }

    private func note(_ number: Int, of person: DemoPerson) throws -> DocumentUpload {
        try plain("note-\(number).txt", octets: 1500, of: person)
    }

    private func plain(_ name: String, octets: Int, of person: DemoPerson) throws -> DocumentUpload {
        let line = Array("\(person.name) \(name) TEST\n".utf8)
        let bytes = (0..<octets).map { line[$0 % line.count] }
        guard let sha256 = Digest32(octets: try DigestAlgorithm.sha256.digest(of: bytes)) else {
            throw PortalError.badForm(FormWords.unreadable)
        }
        var metadata = DocumentMetadata(type: "other", name: name, mediaType: "text/plain")
        metadata.subjects = [person.subject]
        return DocumentUpload(MemorySource(bytes), metadata: metadata, provenance: .selfDeclared(sha256))
    }
}
