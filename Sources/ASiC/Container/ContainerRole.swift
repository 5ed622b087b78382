// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import ZIPSyntax

/// What a file of a container is there for, by its name (EN 319 162-1 §4.3.3, §4.4.3.2, Annex A).
enum ContainerRole: Hashable {
    /// What the container is made for.
    case data
    case folder
    case mimetype
    /// A CAdES signature.
    case signature
    /// XAdES signatures.
    case xmlSignatures
    /// ASiCManifest: over which files a signature or time-stamp stands.
    case manifest
    /// ASiCArchiveManifest: the same for a time-stamp that archives.
    case archiveManifest
    case timeStamp
    case evidenceRecord
    case evidenceRecordManifest
    /// Files that containers of other kinds keep beside the signatures; nobody signs them.
    case metadata

    init(_ entry: ZIPEntry) {
        self = entry.isFolder ? .folder : ContainerRole(path: entry.name)
    }

    init(path: String) {
        if path == "mimetype" {
            self = .mimetype
            return
        }
        let folder = "META-INF/"
        guard path.hasPrefix(folder) else {
            self = .data
            return
        }
        let name = path.dropFirst(folder.count)
        let lower = name.lowercased()
        switch true {
        // A name in a deeper folder has no role: nothing there is looked at.
        case name.contains("/"): self = .data
        case lower.hasSuffix(".p7s") && lower.contains("signature"): self = .signature
        case lower.hasSuffix(".tst") && lower.contains("timestamp"): self = .timeStamp
        case lower.contains("evidencerecord") && (lower.hasSuffix(".ers") || lower.hasSuffix(".xml")):
            self = lower.contains("manifest") ? .evidenceRecordManifest : .evidenceRecord
        case lower.hasSuffix(".xml") && lower.contains("asicarchivemanifest"): self = .archiveManifest
        case lower.hasSuffix(".xml") && lower.contains("asicmanifest"): self = .manifest
        case lower.hasSuffix(".xml") && lower.contains("signatures"): self = .xmlSignatures
        case ["manifest.xml", "container.xml", "metadata.xml"].contains(name): self = .metadata
        default: self = .data
        }
    }
}
