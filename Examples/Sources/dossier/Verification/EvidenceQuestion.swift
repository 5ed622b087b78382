// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import DossierKit
import Foundation
import PDFSyntax

/// The question that an archive of evidence holds, asked again about the same files.
struct EvidenceQuestion {
    /// The archive.
    let path: String
    /// Of encrypted PDFs.
    let password: String?

    /// Judges the files with what is in the archive and nothing else.
    ///
    /// - Throws: 65 for an archive or file that is not what was judged, 66 for a file that is missing.
    func judge(_ inputs: [VerifyInput]) throws -> VerificationReport {
        do {
            let bundle = try EvidenceBundle(parsing: FileSource(path: path))
            // Who made the archive chose what is trusted in it.
            Console.warn(
                Phrase(
                    vi:
                        "gốc tin cậy, chính sách và thời điểm là của tệp bằng chứng; chỉ đáng tin khi biết ai lập tệp đó",
                    en: "trust, policy and time are those of the evidence; it is worth what its origin is worth"))
            let given = try inputs.compactMap { input -> EvidenceBundle.ShownFile? in
                do {
                    return EvidenceBundle.ShownFile(path: input.path, source: try FileSource(path: input.path))
                } catch {
                    // It may be as unreadable as it was then.
                    guard !bundle.isUnjudged(input.path) else { return nil }
                    throw CommandFailure(error, path: input.path)
                }
            }
            let beside = inputs.flatMap(\.companions).compactMap { path in
                (try? FileSource(path: path)).map { EvidenceBundle.ShownFile(path: path, source: $0) }
            }
            return try bundle.judged(over: given, beside: beside, password: password)
        } catch let error as PDFSyntaxError where error.code == .passwordRequired {
            // One of the files, not the archive.
            throw CommandFailure(error)
        } catch {
            throw CommandFailure(error, path: path)
        }
    }
}

extension CommandFailure {
    /// A file that could not be judged when the evidence was taken.
    init(unjudged reason: Phrase) { self.init(.badInput, vi: reason.vi, en: reason.en) }
}
