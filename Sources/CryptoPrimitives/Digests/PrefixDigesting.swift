// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import DossierCore

/// A source that can continue digests over its beginning.
///
/// Signatures over the revisions of one file cover ranges that begin alike; with this they cost one reading of the file.
public protocol PrefixDigesting: ByteSource {
    /// The state of a digest that has taken in the first `count` bytes.
    func digestState(
        _ algorithm: DigestAlgorithm, ofFirst count: Int64
    ) throws(SourceDigestError) -> DigestState
}
