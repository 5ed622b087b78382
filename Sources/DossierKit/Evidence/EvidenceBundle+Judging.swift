// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DERSyntax
public import DossierCore
import PKIX
import SignatureValidation

extension EvidenceBundle {
    /// A file that is shown to a bundle.
    public struct ShownFile: Sendable {
        /// For messages only; the file is known by its digest.
        public let path: String
        /// The file.
        public let source: any ByteSource

        /// Names a file.
        public init(path: String, source: any ByteSource) {
            self.path = path
            self.source = source
        }
    }

    /// Judges the same files again with nothing but what is in the bundle: its trust, policy, material and time.
    ///
    /// - Parameters:
    ///   - files: The files that the bundle speaks of, in any order; each must be known to it. A file that could not be judged
    ///     may be among them or not: its reason comes from the bundle, in which it has a path and no digest.
    ///   - others: More files, among which contents and signatures may be found.
    ///   - password: Of encrypted PDFs; it is not in the bundle.
    /// - Returns: The report; its JSON is ``report``, byte for byte. A file without verdict has its reason from the bundle.
    /// - Throws: ``EvidenceError``: `otherFile`, `missingFile`; `invalidManifest` for an object that cannot be read;
    ///   `notReproduced` when anything of the evidence comes out differently.
    public func judged(
        over files: [ShownFile], beside others: [ShownFile] = [], password: String? = nil
    ) throws -> VerificationReport {
        let sources = try found(files, others)
        let objects = EvidenceObjects(self)
        let validator = try objects.validator()
        let expected = manifest.expectedSigner.map { ExpectedSigner(kind: $0.kind, value: $0.value) }
        var draft = EvidenceDraft(
            validator, at: validationTime, expecting: expected, trustBundles: try objects.trustBundles(),
            findings: manifest.findings)
        var reports: [FileReport] = []
        for file in manifest.files {
            guard let sha256 = file.sha256, let source = sources[sha256] else {
                let report = FileReport(path: file.path, format: nil, sha256: nil, report: nil, error: file.error)
                try draft.add(report, of: nil)
                reports.append(report)
                continue
            }
            let material = try objects.material(file.material)
            let companion = file.companion.flatMap { sources[$0.sha256] }
            let opened =
                switch (file.companion?.role, companion) {
                case (.content, let content?): try OpenedFile(path: file.path, source: source, content: content)
                case (.signature, let signature?):
                    try OpenedFile(path: file.path, content: source, signedBy: signature)
                default: try OpenedFile(path: file.path, source: source, password: password)
                }
            let proofs = try file.existence.map { try $0.proof() }
            var report = try FileReport(
                opened,
                validator: SignatureValidator(
                    trusting: validator.domains, policy: validator.policy, material: material,
                    revocation: validator.revocation, clock: validator.clock),
                at: validationTime, existence: proofs, expecting: expected, findings: file.findings)
            switch file.companion?.role {
            case .content: report.contentFile = file.companion?.path
            case .signature: report.signatureFile = file.companion?.path
            case nil: break
            }
            try draft.add(report, of: opened, judgedWith: material, existence: proofs)
            reports.append(report)
        }
        guard try draft.bundle().manifest == manifest else {
            throw EvidenceError(.notReproduced, "the same question is answered differently here")
        }
        return VerificationReport(
            policy: validator.policy, validationTime: validationTime, files: reports, findings: manifest.findings)
    }

    /// The names of the files that could not be judged; they may lie in other folders now.
    private var unjudgedNames: [String] { self.files.filter { $0.sha256 == nil }.map { Self.name(of: $0.path) } }

    /// Whether a path has the name of a file that could not be judged, so that it need not be there or be readable.
    public func isUnjudged(_ path: String) -> Bool { unjudgedNames.contains(Self.name(of: path)) }

    private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The files by their digests, each known, none missing.
    private func found(_ files: [ShownFile], _ others: [ShownFile]) throws -> [String: any ByteSource] {
        let known = Set(self.files.flatMap { [$0.sha256, $0.companion].compactMap(\.self) })
        var found: [String: any ByteSource] = [:]
        var unjudged = unjudgedNames
        for (index, file) in (files + others).enumerated() {
            let digest = Hexadecimal.encode(try DigestAlgorithm.sha256.digest(of: file.source))
            guard known.contains(digest) else {
                // Each name once: beside them every file must be one that was judged.
                let place = unjudged.firstIndex(of: Self.name(of: file.path))
                if let place { unjudged.remove(at: place) }
                guard index >= files.count || place != nil else {
                    throw EvidenceError(
                        .otherFile, "\(file.path): the evidence speaks of no file with SHA-256 \(digest)")
                }
                continue
            }
            found[digest] = found[digest] ?? file.source
        }
        for file in self.files {
            for case let digest? in [file.sha256, file.companion] where found[digest] == nil {
                throw EvidenceError(.missingFile, "\(file.path): the file with SHA-256 \(digest) was not given")
            }
        }
        return found
    }
}

extension EvidenceManifest.Existence {
    fileprivate func proof() throws -> ExistenceProof {
        guard let octets = Hexadecimal.decode(digest) else {
            throw EvidenceError(.invalidManifest, "a digest is not hexadecimal")
        }
        return ExistenceProof(digest: octets, time: time, source: source)
    }
}
