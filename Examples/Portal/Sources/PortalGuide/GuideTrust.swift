// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit
import SoftwareKeys
import TestPKI

/// Whom the portal believes. Here it is the test infrastructure; a real portal loads a signed bundle of trust anchors.
struct GuideTrust: Sendable {
    let infrastructure: TestInfrastructure
    let validator: SignatureValidator

    init(at time: Instant) throws {
        infrastructure = try TestInfrastructure(at: time)
        validator = SignatureValidator(
            trusting: infrastructure.trust, policy: .vietnam2026,
            material: try infrastructure.material(at: time))
    }

    /// A test signer by its name: `citizen`, `commune`, `official`.
    func signer(_ name: String) throws -> SoftwareSigner {
        guard let subscriber = infrastructure.subscriber(name) else { throw GuideError.notFound }
        return try subscriber.signer()
    }
}
