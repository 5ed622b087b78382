// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
import DossierCore
import Synchronization

/// What all certificate graphs of one document may spend on verifying signatures together.
///
/// A number of verifications bounds no time: one with an RSA key of 16,384 bits takes a hundred times as long as a usual one,
/// and every signer and time-stamp of a file asks anew. Each verification is therefore weighed by its key, and paid once for
/// the document, however many graphs ask for it. What is asked beyond the allowance is not verified, so it holds nowhere.
public final class VerificationAllowance: Sendable {
    private struct Question: Hashable {
        let object: OctetString
        let key: OctetString
    }
    private struct Account {
        var paid: Set<Question> = []
        var left: Int
    }
    private let account: Mutex<Account>

    /// Makes an allowance.
    ///
    /// - Parameter microseconds: Some microseconds of one core (``CryptoPrimitives/PublicKey/verificationCost``). The default
    ///   of three seconds is more than 20,000 signatures by keys of RSA-4096, and 3,000 by those of brainpoolP512r1.
    public init(microseconds: Int = 3_000_000) { account = Mutex(Account(left: max(0, microseconds))) }

    /// Whether an object may be verified with the key of a certificate; a key that cannot be read costs nothing.
    ///
    /// - Parameter fingerprint: Names the object, whole and signed.
    func covers(_ fingerprint: [UInt8], by signer: Certificate) -> Bool {
        guard let key = try? signer.publicKey() else { return true }
        let question = Question(
            object: OctetString(fingerprint), key: OctetString(signer.subjectPublicKeyInfo.bytes))
        return account.withLock { account in
            if account.paid.contains(question) { return true }
            guard account.left >= key.verificationCost else { return false }
            account.left -= key.verificationCost
            account.paid.insert(question)
            return true
        }
    }

    /// Whether one more verification with a key fits in; for what is verified only once.
    public func covers(_ key: PublicKey) -> Bool {
        account.withLock { account in
            guard account.left >= key.verificationCost else { return false }
            account.left -= key.verificationCost
            return true
        }
    }
}
