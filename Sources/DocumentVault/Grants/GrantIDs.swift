// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

extension ObjectSubject {
    /// Leave for a recipient to read versions of documents.
    public enum Grant {}
    /// Leave for somebody to grant on the owner's behalf.
    public enum Mandate {}
    /// One request to a release service, which must not come twice.
    public enum Request {}
}

/// Names a grant.
public typealias GrantID = ObjectID<ObjectSubject.Grant>
/// Names a mandate.
public typealias MandateID = ObjectID<ObjectSubject.Mandate>
/// Names a request to a release service.
public typealias RequestID = ObjectID<ObjectSubject.Request>
