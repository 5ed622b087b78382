// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// `uncovered` is one list: ranges of bytes as `from` and `to`, files of a container as `path`.
extension SignatureCoverage: Codable {
    private enum Key: String, CodingKey { case scope, revision, revisions, whole, uncovered }

    private struct Part: Codable {
        var path: String?
        var from: Int64?
        var to: Int64?
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let parts = try container.decode([Part].self, forKey: .uncovered)
        self.init(
            scope: try container.decode(Scope.self, forKey: .scope),
            revision: try container.decode(Int.self, forKey: .revision),
            revisions: try container.decode(Int.self, forKey: .revisions),
            uncovered: parts.compactMap { part in
                guard let from = part.from, let to = part.to else { return nil }
                return UncoveredRange(from: from, to: to)
            }, uncoveredPaths: parts.compactMap(\.path))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(scope, forKey: .scope)
        try container.encode(revision, forKey: .revision)
        try container.encode(revisions, forKey: .revisions)
        try container.encode(whole, forKey: .whole)
        let parts = uncovered.map { Part(from: $0.from, to: $0.to) } + uncoveredPaths.map { Part(path: $0) }
        try container.encode(parts, forKey: .uncovered)
    }
}
