// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ASiC
import AdES
import ArgumentParser
import CryptoPrimitives
import DERSyntax
import DocumentVault
import DossierCore
import DossierKit
import OnceOnly
import PAdES
import PDFSyntax
import PKIX
import SignatureValidation
import SoftwareKeys
import TrustServices
import XMLSyntax
import ZIPSyntax

/// Why a command could not do its work, with its exit code and what to do.
struct CommandFailure: Error {
    let exitCode: ExitStatus
    let message: Phrase
    var hint: Phrase?
    /// Whether the output lies at its place all the same.
    var leavesOutput = false

    init(_ exitCode: ExitStatus, vi: String, en: String, hint: Phrase? = nil) {
        self.exitCode = exitCode
        message = Phrase(vi: vi, en: en)
        self.hint = hint
    }

    /// Wrong usage, in the words of the argument parser.
    init(usage text: String, hint command: String? = nil) {
        // Its messages are sentences, some with a list of options below; the tool's begin in lower case without full stop.
        var line = text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        if line.hasPrefix("Error: ") { line.removeFirst(7) }
        if line.hasSuffix(".") { line.removeLast() }
        line = line.prefix(1).lowercased() + line.dropFirst()
        self.init(
            .usage, vi: "sai cách dùng: \(UsageWords.vietnamese(line))", en: line,
            hint: command.map { Phrase(vi: "xem `\($0)`", en: "see `\($0)`") })
    }

    /// An error of the library in the voice of this tool.
    ///
    /// - Parameter path: The file that was being read, if any.
    init(_ error: any Error, path: String? = nil) {
        let place = path.map { "\($0): " } ?? ""
        switch error {
        case let failure as CommandFailure: self = failure
        case ByteSourceError.notFound where path.flatMap { UnreadableName($0) } != nil:
            self = path.flatMap { UnreadableName($0) }?.failure ?? CommandFailure(ByteSourceError.notFound, place)
        case let error as ValidationError: self.init(usage: error.message)
        case let error as ByteSourceError: self.init(error, place)
        case SourceDigestError.source(let error): self.init(error, place)
        case let error as DERSyntaxError:
            self.init(
                .badInput, vi: "\(place)không phải cấu trúc DER hợp lệ: \(ErrorWords.vietnamese(error))",
                en: "\(place)\(error)")
        case let error as PKIXError:
            self.init(
                .badInput, vi: "\(place)chứng thư hoặc danh sách không dùng được: \(ErrorWords.vietnamese(error))",
                en: "\(place)\(error)")
        case let error as PDFSyntaxError where error.code == .passwordRequired:
            self.init(
                .noPermission,
                vi: "\(place)tệp PDF được bảo vệ bằng mật khẩu; chưa có mật khẩu hoặc mật khẩu không đúng",
                en: "\(place)the PDF is protected: \(error.detail)",
                hint: Phrase(
                    vi: "kiểm tra bằng verify --pdf-password-file; tệp có mật khẩu không ký được",
                    en: "verify it with --pdf-password-file; a protected PDF is not signed"))
        case let error as PDFSyntaxError:
            self.init(
                .badInput, vi: "\(place)tệp PDF không đọc được: \(ErrorWords.vietnamese(error))", en: "\(place)\(error)"
            )
        case let error as PAdESError where error.syntax?.code == .updateOfEncrypted:
            self.init(
                .badInput, vi: "\(place)tệp PDF này được mã hóa nên không ký được, dù đọc không cần mật khẩu",
                en: "\(place)this PDF is encrypted, even if it opens without a password, and is not signed",
                hint: Phrase(
                    vi: "bỏ mã hóa trước khi ký, ví dụ bằng qpdf --decrypt",
                    en: "take the encryption away before signing, for example with qpdf --decrypt"))
        case let error as PAdESError:
            let subject = error.code == .unreadable || error.code == .malformedForm ? "đọc" : "ký"
            self.init(
                .badInput, vi: "\(place)không \(subject) được tệp PDF này: \(ErrorWords.vietnamese(error))",
                en: "\(place)\(error)")
        case let error as ZIPSyntaxError:
            self.init(
                .badInput, vi: "\(place)tệp ZIP không đọc được: \(ErrorWords.vietnamese(error))", en: "\(place)\(error)"
            )
        case let error as SecondReading:
            self.init(.badInput, vi: "\(place)\(error.phrase.vi)", en: "\(place)\(error.phrase.en)")
        case let error as ASiCError:
            self.init(
                .badInput, vi: "\(place)bộ chứa ASiC không dùng được: \(ErrorWords.vietnamese(error))",
                en: "\(place)\(error)")
        case let error as XMLSyntaxError:
            self.init(
                .badInput, vi: "\(place)tệp XML không đọc được: \(ErrorWords.vietnamese(error))", en: "\(place)\(error)"
            )
        case let error as DossierError:
            self.init(
                .badInput, vi: "\(place)hồ sơ không hợp lệ: \(ErrorWords.vietnamese(error))", en: "\(place)\(error)")
        case let error as EvidenceError:
            self.init(
                error.code == .missingFile ? .noInput : .badInput,
                vi: "\(place)bằng chứng không dùng được: \(ErrorWords.vietnamese(error))", en: "\(place)\(error)")
        case let error as OnceOnlyError:
            self.init(
                .badInput, vi: "\(place)dữ liệu thủ tục không hợp lệ: \(error.message.vi)", en: "\(place)\(error)")
        case let error as TimeStampNotAccepted:
            self.init(
                .unavailable,
                vi: "\(place)không nhận dấu thời gian: \(error.faults.map(\.phrase.vi).joined(separator: "; "))",
                en: "\(place)the time-stamp is not accepted: \(error)")
        case let error as SoftwareKeysError: self.init(error, place)
        case let error as AdESError: self.init(error, place)
        case let error as VaultError: self.init(error, place)
        case let error as TrustServicesError:
            self.init(
                .unavailable, vi: "\(place)dịch vụ không trả lời được: \(error.code.phrase.vi)",
                en: "\(place)a service gave no answer: \(error)")
        case let error as SignatureValidationError:
            let words = ErrorWords.phrase(error)
            self.init(
                .configuration, vi: "\(place)\(words.vi) (\(error.detail))",
                en: "\(place)\(words.en) (\(error.detail))")
        default: self.init(.inputOutput, vi: "\(place)\(error)", en: "\(place)\(error)")
        }
    }

    private init(_ error: ByteSourceError, _ place: String) {
        switch error {
        case .notFound: self.init(.noInput, vi: "\(place)không có tệp này", en: "\(place)no such file")
        case .notARegularFile:
            self.init(.badInput, vi: "\(place)không phải tệp thường", en: "\(place)not a regular file")
        case .notPermitted:
            self.init(.noPermission, vi: "\(place)không có quyền đọc tệp", en: "\(place)no permission to read the file")
        case .outOfBounds:
            self.init(
                .badInput, vi: "\(place)tệp quá ngắn hoặc quá lớn", en: "\(place)the file is too short or too large")
        case .changedWhileReading, .inputOutput:
            self.init(.inputOutput, vi: "\(place)lỗi khi đọc tệp: \(error)", en: "\(place)\(error)")
        }
    }

    private init(_ error: SoftwareKeysError, _ place: String) {
        switch error.code {
        case .wrongPassphrase:
            self.init(.noPermission, vi: "\(place)mật khẩu không đúng", en: "\(place)the passphrase is wrong")
        case .passphraseNeeded:
            self.init(
                .noPermission, vi: "\(place)khóa được bảo vệ bằng mật khẩu",
                en: "\(place)the key is protected by a passphrase",
                hint: Phrase(
                    vi: "dùng --passphrase-file hoặc --passphrase-env", en: "use --passphrase-file or --passphrase-env")
            )
        default:
            self.init(
                .badInput, vi: "\(place)tệp khóa không dùng được: \(ErrorWords.vietnamese(error))",
                en: "\(place)\(error)")
        }
    }

    private init(_ error: AdESError, _ place: String) {
        let vi = error.phrase?.vi ?? error.detail
        switch error.code {
        case .signerNotValid:
            self.init(
                .noPermission, vi: "\(place)không ký: chứng thư của người ký không hợp lệ (\(vi))",
                en: "\(place)not signed: the signer's certificate is not valid (\(error.detail))")
        case .signerIndeterminate:
            self.init(
                .unavailable, vi: "\(place)không ký: chưa xác định được chứng thư của người ký (\(vi))",
                en: "\(place)not signed: the signer's certificate could not be judged (\(error.detail))",
                hint: Phrase(
                    vi: "cung cấp gốc tin cậy bằng --trust và CRL mới bằng --material",
                    en: "give the anchor with --trust and a recent CRL with --material"))
        case .timeStampNotAccepted, .levelNotReached:
            self.init(
                .unavailable, vi: "\(place)không đạt được mức chữ ký yêu cầu (\(vi))",
                en: "\(place)the level asked for cannot be reached (\(error.detail))")
        case .bundleNotAccepted:
            self.init(
                .configuration, vi: "\(place)không chấp nhận gói tin cậy (\(vi))",
                en: "\(place)the trust bundle is not accepted (\(error.detail))")
        default:
            let words = ErrorWords.phrase(error)
            self.init(
                .badInput, vi: "\(place)\(words.vi) (\(vi))", en: "\(place)\(words.en) (\(error.detail))")
        }
    }

    private init(_ error: VaultError, _ place: String) {
        let status: ExitStatus =
            switch error.code {
            case .wrongSecret, .mistypedCode, .notPermitted, .held: .noPermission
            case .damaged, .rolledBack, .forked, .resurrected, .storeFailure, .storeFull, .cryptographyFailure:
                .inputOutput
            case .notFound: .noInput
            case .alreadyExists: .cannotCreate
            case .busy, .conflict: .unavailable
            default: .badInput
            }
        let object = error.object.isEmpty ? "" : "\(error.object): "
        self.init(
            status, vi: "\(place)\(object)\(error.phrase.vi)",
            en: "\(place)\(object)\(error.phrase.en) (\(error.detail))")
        guard [.damaged, .newerVersion].contains(error.code), error.object.hasPrefix("entry "), place.isEmpty else {
            return
        }
        hint = Phrase(
            vi: "`dossier vault list --before-damage` (cả show, get, export) đọc kho như trước mục đó",
            en:
                "`dossier vault list --before-damage` (also show, get, export) reads the vault as it was before that entry"
        )
    }
}
