// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

/// Who enforces the terms of a grant.
public enum GrantRelease: Sendable, Hashable {
    /// A release service holds a share: it checks time, uses and revocation, and logs before it releases.
    case by(ValidatedCard)
    /// Nobody: the recipient opens alone, as often and as long as it likes, and no log is written. For documents that are not
    /// sensitive only.
    case unattended
}
