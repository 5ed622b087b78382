// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// The two containers of EN 319 162-1.
public enum ContainerType: String, Sendable, Hashable, CaseIterable {
    /// One file with one signature or time-stamp file (§4.3).
    case simple = "ASiC-S"
    /// Several files, signatures and time-stamps over manifests (§4.4).
    case extended = "ASiC-E"

    /// The content of the file `mimetype`.
    public var mediaType: String {
        switch self {
        case .simple: "application/vnd.etsi.asic-s+zip"
        case .extended: "application/vnd.etsi.asic-e+zip"
        }
    }

    init?(mediaType: String) {
        guard let found = Self.allCases.first(where: { $0.mediaType == mediaType }) else { return nil }
        self = found
    }
}
