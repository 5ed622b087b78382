// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore

/// FC, EN 319 102-1 §5.2.2: the structure conforms, and nothing was changed after signing that may not be.
enum FormatChecking {
    static func conclude(_ facts: SignatureFacts) -> BlockConclusion {
        var findings = facts.formatFaults.map { Finding(.failure, code: $0.code, $0.phrase) }
        for change in facts.changesAfterSigning where !change.allowed {
            findings.append(
                Finding(
                    .failure, code: "changed-after-signing",
                    Phrase(
                        vi:
                            "bản sửa đổi \(change.revision) thay đổi tài liệu sau khi ký (đối tượng \(list(change.objects)))",
                        en:
                            "revision \(change.revision) changes the document after signing (objects \(list(change.objects)))"
                    )))
        }
        switch facts.coverage.scope {
        case .entireFile, .entireRevision: break
        case .partial, .unclear:
            findings.append(
                Finding(
                    .failure, code: "not-fully-covered",
                    Phrase(
                        vi: "chữ ký không bao phủ toàn bộ phần tài liệu mà nó thuộc về",
                        en: "the signature does not cover all of the revision it belongs to")))
        }
        return findings.isEmpty ? .passed : .failed(.formatFailure, findings)
    }

    private static func list(_ objects: [String]) -> String {
        objects.count > 8 ? objects.prefix(8).joined(separator: ", ") + ", …" : objects.joined(separator: ", ")
    }
}

/// ISC, EN 319 102-1 §5.2.3: the signing certificate is known and bound by the signature.
enum SigningCertificateIdentification {
    static func conclude(_ facts: SignatureFacts, policy: ValidationPolicy) -> BlockConclusion {
        guard facts.signingCertificate != nil else {
            return .failed(
                .noSigningCertificateFound,
                [Finding(.failure, code: "no-signing-certificate", SubIndication.noSigningCertificateFound.phrase)])
        }
        if facts.signsContentDirectly {
            return .failed(
                .sigConstraintsFailure,
                [
                    Finding(
                        .failure, code: "signed-attributes-missing",
                        Phrase(
                            vi:
                                "chữ ký không có thuộc tính ký, nên không loại trừ được việc lấy lại từ một chữ ký khác",
                            en:
                                "the signature has no signed attributes, so it may have been taken from another signature"
                        ))
                ])
        }
        guard !facts.bindsSigningCertificate else { return .passed }
        let phrase = Phrase(
            vi: "chữ ký không gắn với chứng thư bằng thuộc tính signing-certificate",
            en: "no signing-certificate attribute binds the certificate to the signature")
        guard policy.requiresSigningCertificateReference else {
            return BlockConclusion(findings: [Finding(.warning, code: "no-certificate-reference", phrase)])
        }
        return .failed(.noSigningCertificateFound, [Finding(.failure, code: "no-certificate-reference", phrase)])
    }
}

/// CV, EN 319 102-1 §5.2.7: references, then the signature value.
enum CryptographicVerification {
    static func conclude(_ facts: SignatureFacts) -> BlockConclusion {
        switch facts.reference {
        case .broken: return failure(.hashFailure, "digest-mismatch")
        case .notFound where facts.value == .invalid:
            // Over the attributes the value can be checked without the content; a failure outweighs the missing content.
            return failure(.sigCryptoFailure, "signature-value-invalid")
        case .notFound: return failure(.signedDataNotFound, "signed-data-not-found")
        case .intact: break
        }
        switch facts.value {
        case .valid: return .passed
        case .invalid: return failure(.sigCryptoFailure, "signature-value-invalid")
        case .unknown:
            // Without a certificate ISC has said so already.
            guard facts.signingCertificate != nil else { return .passed }
            return failure(.cryptoConstraintsFailureNoPOE, "signature-algorithm-unknown")
        }
    }

    private static func failure(_ subIndication: SubIndication, _ code: String) -> BlockConclusion {
        .failed(subIndication, [Finding(.failure, code: code, subIndication.phrase)])
    }
}
