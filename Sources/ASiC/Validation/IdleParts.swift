// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierCore
import PKIX
import SignatureValidation
import ZIPSyntax

/// Parts of a container that say nothing about any signature in it: they change no verdict, but are not passed over in silence.
extension ContainerReading {
    /// Manifests that name a signature or time-stamp file that is not there: it was taken out, or never made.
    var idleManifests: [Finding] {
        let paths = manifests.filter { $0.signature == nil }.map(\.entry.name)
        guard !paths.isEmpty else { return [] }
        let list = SignatureReading.list(paths)
        return [
            Finding(
                .warning, code: "manifest-without-signature",
                Phrase(
                    vi: "danh mục \(list) trỏ đến một chữ ký hoặc dấu thời gian không có trong gói",
                    en: "\(list) refers to a signature or time-stamp that is not in the container"))
        ]
    }
}

extension ContainerTimeStampReading {
    /// Time-stamps that stand over no signature of the container.
    ///
    /// - Parameter files: The container's signature files.
    static func idle(_ stamps: [ContainerTimeStamp], beside files: [String]) -> [Finding] {
        let idle = stamps.filter { $0.stamp.kind != .archive || Set($0.covered).isDisjoint(with: files) }
        func isSound(_ item: ContainerTimeStamp) -> Bool {
            item.stamp.formatFaults.isEmpty && item.stamp.facts?.faults.isEmpty ?? false
        }
        var findings: [Finding] = []
        let sound = idle.filter(isSound).map(\.path)
        if !sound.isEmpty {
            let list = SignatureReading.list(sound)
            findings.append(
                Finding(
                    .information, code: "container-time-stamp-not-used",
                    Phrase(
                        vi: "dấu thời gian \(list) không bao phủ chữ ký nào trong gói",
                        en: "the time-stamp \(list) covers no signature of the container")))
        }
        let broken = idle.filter { !isSound($0) }.map(\.path)
        if !broken.isEmpty {
            let list = SignatureReading.list(broken)
            findings.append(
                Finding(
                    .warning, code: "container-time-stamp-broken",
                    Phrase(
                        vi: "dấu thời gian \(list) trong gói không khớp với nội dung nào, hoặc không đọc được",
                        en: "the container's time-stamp \(list) fits nothing in it, or cannot be read")))
        }
        return findings
    }
}
