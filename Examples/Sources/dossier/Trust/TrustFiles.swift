// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import AdES
import DERSyntax
import DossierCore
import DossierKit
import Foundation
import PKIX
import Synchronization

/// Certificates, lists, responses and trust bundles from files and folders; each is read once while it does not change.
final class TrustFiles: Sendable {
    /// What stands in a file or folder.
    enum Contents: Sendable {
        case material(ValidationMaterial)
        /// A trust bundle whose signature holds under a pin.
        case bundle(TrustBundle)
    }
    private struct Key: Hashable {
        let path: String
        let pins: [[UInt8]]
        let use: Use
    }
    /// What the files of a folder are for.
    enum Use: Sendable {
        /// Anchors: only files that are called like certificates, so that a copy put aside is not trusted.
        case trust
        /// Material that nobody trusts: by content, whatever the names, as the newest list may be called `5f1c2a3b.r0`.
        case material
    }

    static let shared = TrustFiles()
    private let read = Mutex<[Key: (stamp: FileStamp, contents: Contents)]>([:])

    /// Reads a file, or every recognised file of a folder and its folders.
    ///
    /// In a list of thousands of questions the same paths return in each; a file is read again only when its stamp changes,
    /// a folder when something was added to it or taken from it.
    ///
    /// - Parameter pins: Signers whose trust bundles are accepted; without any, no bundle is.
    func contents(of path: String, for use: Use, pins: [[UInt8]]) throws -> Contents {
        guard let stamp = FileStamp(of: path) else {
            throw CommandFailure(.noInput, vi: "\(path): không có tệp này", en: "\(path): no such file")
        }
        let key = Key(path: path, pins: pins, use: use)
        return try read.withLock { read in
            if let known = read[key], known.stamp == stamp { return known.contents }
            let contents =
                stamp.isFolder ? .material(Self.folder(path, use)) : try Self.file(path, pins: pins)
            read[key] = (stamp, contents)
            return contents
        }
    }

    private static let extensions: Set = ["crt", "cer", "der", "pem", "crl", "p7b", "p7c", "ocsp", "ors"]

    /// What is left out is said, because what revokes or what somebody relies on may be among it.
    private static func folder(_ path: String, _ use: Use) -> ValidationMaterial {
        var material = ValidationMaterial()
        var others: [String] = []
        let names = (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).sorted()
        for name in names {
            let file = path + "/" + name
            guard let stamp = FileStamp(of: file), !stamp.isFolder else { continue }
            do {
                let isNamed = extensions.contains(URL(filePath: name).pathExtension.lowercased())
                let isWanted =
                    try stamp.isFile && use == .material && MaterialFile.isClaimed(by: FileSource(path: file))
                guard stamp.isFile && isNamed || isWanted else {
                    others.append(name)
                    continue
                }
                material.append(try MaterialFile.parse(FileSource(path: file).allBytes(limit: 1 << 28)))
            } catch {
                // One odd file must not hide the others.
                Console.warn(Phrase(vi: "bỏ qua \(file): \(error)", en: "left out \(file): \(error)"))
            }
        }
        guard !others.isEmpty else { return material }
        let shown = others.prefix(3).map(DisplayText.harmless).joined(separator: ", ") + (others.count > 3 ? ", …" : "")
        Console.warn(
            Phrase(
                vi: "\(path): bỏ qua \(others.count) tệp không đọc là chứng thư, danh sách thu hồi hay OCSP: \(shown)",
                en:
                    "\(path): left out \(others.count) files, not read as certificates, lists or responses: \(shown)"))
        return material
    }

    private static func file(_ path: String, pins: [[UInt8]]) throws -> Contents {
        do {
            let bytes = try FileSource(path: path).allBytes(limit: 1 << 28)
            let first = bytes.first { ![0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].contains($0) }
            if first == UInt8(ascii: "{") { return .bundle(try bundle(bytes, at: path, pins: pins)) }
            return .material(try MaterialFile.parse(bytes))
        } catch {
            throw CommandFailure(error, path: path)
        }
    }

    /// A bundle is worth what its origin is worth: without the signature of a pinned signer it is not used.
    private static func bundle(_ bytes: [UInt8], at path: String, pins: [[UInt8]]) throws -> TrustBundle {
        guard TrustBundle.isBundle(bytes) else {
            throw CommandFailure(.badInput, vi: "\(path): không phải gói tin cậy", en: "\(path): not a trust bundle")
        }
        guard !pins.isEmpty else {
            throw CommandFailure(
                .configuration, vi: "\(path): chưa chỉ định người ký gói tin cậy nên không dùng gói này",
                en: "\(path): a trust bundle is used only under the pin of its signer",
                hint: Phrase(
                    vi: "dùng --trust-signer với SHA-256 của chứng thư người ký, lấy từ nguồn khác",
                    en: "give --trust-signer the SHA-256 of the signer's certificate, obtained by other means"))
        }
        let signaturePath = path + ".p7s"
        guard let signature = try? FileSource(path: signaturePath).allBytes(limit: 1 << 20) else {
            throw CommandFailure(
                .configuration, vi: "\(path): không có chữ ký \(signaturePath) nên không dùng gói tin cậy này",
                en: "\(path): the trust bundle is not used without its signature \(signaturePath)")
        }
        var refusal: AdESError?
        for pin in pins {
            do {
                return try TrustBundle(parsing: bytes, signature: signature, pinnedTo: pin)
            } catch let error as AdESError {
                refusal = error
            }
        }
        let reason = refusal?.detail ?? ""
        throw CommandFailure(
            .configuration, vi: "\(path): không chấp nhận gói tin cậy (\(reason))",
            en: "\(path): the trust bundle is not accepted (\(reason))")
    }
}

/// What tells a changed file from the one that was read.
struct FileStamp: Sendable, Hashable {
    private let device, inode: UInt64
    private let size, seconds, nanoseconds: Int64
    let isFolder: Bool
    let isFile: Bool

    /// `nil` when nothing stands there.
    init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        seconds = Int64(status.st_mtim.tv_sec)
        nanoseconds = Int64(status.st_mtim.tv_nsec)
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        isFile = status.st_mode & S_IFMT == S_IFREG
    }
}

/// Reads a file of certificates, lists or responses.
enum MaterialFile {
    /// Whether a file begins like DER or has a PEM block in its first bytes.
    static func isClaimed(by source: FileSource) throws -> Bool {
        let start = try source.bytes(at: 0, count: Int(min(source.size, 65_536)))
        return start.first == 0x30 || start.firstRange(of: Array("-----BEGIN ".utf8)) != nil
    }

    /// Certificates, lists and certificate bundles, in DER or PEM.
    static func parse(_ bytes: [UInt8]) throws -> ValidationMaterial {
        guard bytes.first == 0x30 else {
            var material = ValidationMaterial()
            for block in try PEM.blocks(in: bytes) {
                switch block.label {
                case "CERTIFICATE", "X509 CERTIFICATE":
                    material.certificates.append(try Certificate(parsing: block.bytes))
                case "X509 CRL": material.revocationLists.append(try CertificateRevocationList(parsing: block.bytes))
                case "PKCS7", "CMS": material.append(try parse(block.bytes))
                default: break
                }
            }
            guard
                !material.certificates.isEmpty || !material.revocationLists.isEmpty || !material.ocspResponses.isEmpty
            else {
                throw PKIXError(.invalidStructure, clause: "RFC 7468", "no certificate or revocation list")
            }
            return material
        }
        if SignedFile.isSignedData(bytes) {
            let bundle = try SignedData(parsing: bytes)
            return bundle.material
        }
        do {
            return ValidationMaterial(certificates: [try Certificate(parsing: bytes)])
        } catch {
            if let list = try? CertificateRevocationList(parsing: bytes) {
                return ValidationMaterial(revocationLists: [list])
            }
            // A SEQUENCE that begins with an ENUMERATED is an OCSP response, and its own faults are to be told.
            let begins = try? DERElement(parsing: bytes).elements().first?.tag
            guard begins == .enumerated else { throw error }
            return ValidationMaterial(ocspResponses: [try OCSPResponse(parsing: bytes)])
        }
    }
}
