// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import DossierKit

/// Who asks for a page: the browser, the session if somebody is signed in, the language and the instant.
struct Visit: Sendable {
    /// The random id of the browser's cookie: that of the session where there is one.
    let id: String
    let session: Session?
    let words: Words
    let now: Instant
    let peer: String
    /// The path, for links that come back to the same page.
    let path: String
    /// What stands after the path.
    let query: Form
    /// The token for forms of this browser.
    let csrf: String

    var language: Language { words.language }
    var today: CalendarDate { now.date(atOffset: vietnamOffset) }

    /// The person who is signed in.
    func identity() throws(PortalError) -> IdentityAssertion {
        guard let session else { throw .signInNeeded }
        return session.identity
    }
}
