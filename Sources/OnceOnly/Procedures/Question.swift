// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A question whose answer decides what a procedure requires.
public struct Question: Sendable, Hashable {
    /// One answer on offer.
    public struct Option: Sendable, Hashable {
        /// The value that conditions compare with.
        public let value: String
        /// The answer for people.
        public let name: Phrase
    }

    /// Identifier within the procedure.
    public let id: String
    /// The question for people.
    public let name: Phrase
    /// The answers on offer, at least one.
    public let options: [Option]
}
