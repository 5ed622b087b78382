// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CryptoPrimitives
import DossierKit
import SoftwareKeys
import TestPKI

/// An invented person of the demonstration, with the test key that signs for them.
struct DemoPerson: Sendable {
    let choice: IdentityChoice
    /// Personal identification number; invented.
    let subject: String
    /// Whom the demonstration's register says to be related.
    let related: [SubjectRole: [String]]
    /// Signs for the person, as a remote signing service would.
    let signer: SoftwareSigner

    var name: String { choice.name }
}

/// Signs in whoever is chosen from the list of invented persons.
struct DemoIdentityProvider: IdentityProvider {
    let people: [DemoPerson]
    /// Others, who stand on no list.
    var crowd: DemoCrowd?

    var choices: [IdentityChoice] { people.map(\.choice) }

    func assertion(for answer: String, at time: Instant) async -> IdentityAssertion? {
        guard
            let person = people.first(where: { $0.choice.answer == answer })
                ?? crowd?.person(answering: answer)
        else { return nil }
        return IdentityAssertion(
            subject: person.subject, name: person.name, role: person.choice.role, method: .demonstration,
            at: time)
    }
}
