// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ArgumentParser
import CryptoPrimitives
import DossierCore
import PKIX
import SoftwareKeys

/// The key of a signer and the scheme to use.
struct KeyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Private key: PKCS#12 (.p12, .pfx) or PEM.", valueName: "file"))
    var key: String

    @Option(
        help: ArgumentHelp(
            "Certificate of a PEM key, then its chain; more of the chain of a PKCS#12 key.", valueName: "file"))
    var certificate: [String] = []

    @Option(help: "rsa-pss, rsa-pkcs1 (old readers only), ecdsa or ed25519; default by the key.")
    var algorithm: String?

    @Option(help: "sha256, sha384 or sha512.")
    var digest: String?

    @OptionGroup var passphrase: PassphraseOptions

    func validate() throws {
        if let algorithm, !["rsa-pss", "rsa-pkcs1", "ecdsa", "ed25519"].contains(algorithm) {
            throw ValidationError("--algorithm takes rsa-pss, rsa-pkcs1, ecdsa or ed25519")
        }
        if let digest, !["sha256", "sha384", "sha512"].contains(digest) {
            throw ValidationError("--digest takes sha256, sha384 or sha512")
        }
    }

    func signer() throws -> SoftwareSigner {
        let prompt = Phrase(vi: "Mật khẩu của tệp khóa: ", en: "Passphrase of the key file: ")
        do {
            let bytes = try FileSource(path: key).allBytes(limit: 1 << 24)
            let certificates = try certificate.flatMap { path in
                do { return try Certificate.all(in: FileSource(path: path).allBytes(limit: 1 << 20)) } catch {
                    throw CommandFailure(error, path: path)
                }
            }
            if bytes.first == 0x30 {
                let file = try PKCS12File(opening: bytes, passphrase: try passphrase.passphrase(prompt: prompt))
                let own = [file.certificate] + file.chain
                return try signer(key: file.key, certificates: own + certificates.filter { !own.contains($0) })
            }
            let all = certificates.isEmpty ? (try? Certificate.all(in: bytes)) ?? [] : certificates
            return try signer(key: try privateKey(bytes, prompt), certificates: all)
        } catch {
            throw CommandFailure(error, path: key)
        }
    }

    private func privateKey(_ bytes: [UInt8], _ prompt: Phrase) throws -> SoftwareKey {
        guard try PEM.blocks(in: bytes).contains(where: { $0.label == "ENCRYPTED PRIVATE KEY" }) else {
            return try SoftwareKey(pem: bytes)
        }
        return try SoftwareKey(pem: bytes, passphrase: try passphrase.passphrase(prompt: prompt))
    }

    private func signer(key: SoftwareKey, certificates: [Certificate]) throws -> SoftwareSigner {
        guard let own = certificates.first(where: { $0.subjectPublicKeyInfo.bytes == key.subjectPublicKeyInfo.bytes })
        else {
            throw CommandFailure(
                .badInput, vi: "không có chứng thư của khóa", en: "there is no certificate for the key",
                hint: Phrase(vi: "dùng --certificate", en: "use --certificate"))
        }
        return try SoftwareSigner(
            key: key, certificate: own, chain: certificates.filter { $0 != own }, scheme: try scheme(key))
    }

    private func scheme(_ key: SoftwareKey) throws -> SignatureScheme? {
        guard algorithm != nil || digest != nil else { return nil }
        let named = digest.flatMap(DigestAlgorithm.init(rawValue:))
        let preferred = try key.defaultScheme()
        let chosen = named ?? preferred.digest ?? .sha256
        switch algorithm {
        case "rsa-pss": return .rsaPSS(chosen)
        case "rsa-pkcs1": return .rsaPKCS1(chosen)
        case "ecdsa": return .ecdsa(chosen)
        case "ed25519": return .ed25519
        default:
            switch preferred {
            case .rsaPSS, .rsaPKCS1: return .rsaPSS(chosen)
            case .ecdsa: return .ecdsa(chosen)
            case .ed25519, .ed448: return preferred
            }
        }
    }
}
