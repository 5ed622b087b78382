// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension PrefilledField {
    /// A value with where it comes from.
    ///
    /// One word in memory: the forms of many procedures ask for the same values.
    public struct Candidate: Sendable, Hashable, Codable {
        private final class Storage: Sendable {
            let value: String
            let provenance: FieldProvenance
            let isFallback: Bool

            init(value: String, provenance: FieldProvenance, isFallback: Bool) {
                self.value = value
                self.provenance = provenance
                self.isFallback = isFallback
            }
        }

        private enum CodingKeys: String, CodingKey {
            case value, provenance, isFallback
        }

        private let storage: Storage

        /// The value as the document states it.
        public var value: String { storage.value }
        /// Where it comes from.
        public var provenance: FieldProvenance { storage.provenance }
        /// It stands behind other sources; a differing value is no conflict.
        public var isFallback: Bool { storage.isFallback }

        init(value: String, provenance: FieldProvenance, isFallback: Bool) {
            storage = Storage(value: value, provenance: provenance, isFallback: isFallback)
        }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.init(
                value: try container.decode(String.self, forKey: .value),
                provenance: try container.decode(FieldProvenance.self, forKey: .provenance),
                isFallback: try container.decode(Bool.self, forKey: .isFallback))
        }

        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(value, forKey: .value)
            try container.encode(provenance, forKey: .provenance)
            try container.encode(isFallback, forKey: .isFallback)
        }

        public static func == (left: Candidate, right: Candidate) -> Bool {
            if left.storage === right.storage { return true }
            guard left.value == right.value, left.isFallback == right.isFallback else { return false }
            return left.provenance == right.provenance
        }

        public func hash(into hasher: inout Hasher) {
            hasher.combine(value)
            hasher.combine(isFallback)
        }
    }
}
