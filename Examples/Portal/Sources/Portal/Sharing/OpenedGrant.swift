// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// What an agency read under a grant.
struct OpenedGrant: Sendable {
    struct Paper: Sendable {
        let item: GrantItem
        let fields: [DocumentField]
        let bytes: [UInt8]?
        /// What goes with the paper wherever it is exported to.
        let copy: GrantedCopy
    }

    let papers: [Paper]
    let by: String
    let at: Instant
    let usesLeft: Int64
    /// Place of the entry in the citizen's access log.
    let entry: Int64
}
