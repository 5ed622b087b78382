// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// A time-stamp over content that nobody signed: it says when the content existed, and nothing of whose it is.
public struct TimeAssertion: Sendable {
    /// The time-stamp, numbered in its document.
    public let stamp: AttachedTimeStamp
    /// The files that it stands over, by their names in the document; empty when the document is one file.
    public let covered: [String]
    /// Files of the document that it does not stand over.
    public let uncovered: [String]

    /// Makes an assertion.
    public init(_ stamp: AttachedTimeStamp, covered: [String] = [], uncovered: [String] = []) {
        self.stamp = stamp
        self.covered = covered
        self.uncovered = uncovered
    }
}
