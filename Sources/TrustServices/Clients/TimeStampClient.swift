// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DERSyntax
public import PKIX

/// Asks time-stamp authorities (RFC 3161) that the operator names, one after the other until one gives a good token.
///
/// There is no downgrade: no weaker digest, no other policy and no answer without the nonce is taken; when every authority
/// fails, the call fails.
public struct TimeStampClient: Sendable {
    /// A token and how it was had.
    public struct Stamp: Sendable {
        /// The token; its path and revocation are not judged here.
        public let token: TimeStampToken
        /// The authority that gave it.
        public let authority: HTTPAddress
        /// Authorities that failed before, each with its last error.
        public let failures: [(authority: HTTPAddress, error: TrustServicesError)]
    }

    private let authorities: [HTTPAddress]
    private let access: ServiceAccess
    private let random: any RandomSource
    private let limits: HTTPRequest.Limits

    /// Makes a client.
    ///
    /// - Parameters:
    ///   - authorities: In order of preference; named by the operator, so the guard for documents does not judge them.
    ///   - random: Gives the nonces, 8 octets each.
    ///   - limits: Of one try; 180 seconds unless stated.
    public init(
        _ authorities: [HTTPAddress], _ access: ServiceAccess, random: any RandomSource,
        limits: HTTPRequest.Limits = .timeStamp
    ) {
        self.authorities = authorities
        self.access = access
        self.random = random
        self.limits = limits
    }

    /// A time-stamp over a digest.
    ///
    /// The token must repeat imprint and nonce, have the policy asked for, enclose the authority's certificate, and hold:
    /// signed attributes, signature value, bound certificate, extended key usage.
    ///
    /// - Parameters:
    ///   - policy: The authority's policy; `nil` for its default.
    ///   - isAcceptable: Judges what this client does not, the path of the authority's certificate for example.
    /// - Throws: ``TrustServicesError`` of the last authority; `serviceRefused`, `serviceBusy`, `wrongAnswer` for a token
    ///   that does not do what is said above, `unexpectedContent`.
    public func stamp(
        _ imprint: MessageImprint, policy: ObjectIdentifier? = nil,
        isAcceptable: @Sendable (TimeStampToken) async -> Bool = { _ in true }
    ) async throws(TrustServicesError) -> Stamp {
        var failures: [(authority: HTTPAddress, error: TrustServicesError)] = []
        for authority in authorities {
            do throws(TrustServicesError) {
                let token = try await access.retry.run { () async throws(TrustServicesError) in
                    try await ask(authority, imprint, policy)
                }
                guard await isAcceptable(token) else {
                    throw TrustServicesError(.wrongAnswer, "the caller does not accept this authority's token")
                }
                return Stamp(token: token, authority: authority, failures: failures)
            } catch {
                if error.code == .cancelled { throw error }
                failures.append((authority, error))
            }
        }
        throw failures.last?.error ?? TrustServicesError(.invalidAddress, "no time-stamp authority is named")
    }

    private func ask(
        _ authority: HTTPAddress, _ imprint: MessageImprint, _ policy: ObjectIdentifier?
    ) async throws(TrustServicesError) -> TimeStampToken {
        // A new nonce for each try: an answer to an earlier one is no answer to this.
        let question = TimeStampRequest(imprint, nonce: random.bytes(8), policy: policy)
        let body = try await access.once(
            HTTPRequest(
                .post(question.bytes, contentType: "application/timestamp-query"), authority, from: .user,
                limits: limits))
        let response: TimeStampResponse
        do {
            response = try TimeStampResponse(parsing: body)
        } catch {
            throw TrustServicesError(.unexpectedContent, "no time-stamp response: \(error)")
        }
        guard let token = response.token else {
            let isBusy = !response.failure.isDisjoint(with: [.timeNotAvailable, .systemFailure])
            throw TrustServicesError(isBusy ? .serviceBusy : .serviceRefused, "the authority says \(response.status)")
        }
        let faults =
            token.faults(answering: question)
            + token.verify(imprint: { $0 == imprint.digest ? imprint.value : nil }).faults
        guard faults.isEmpty else {
            let words = Set(faults.map(\.rawValue)).sorted().joined(separator: ", ")
            throw TrustServicesError(.wrongAnswer, "a token with faults: \(words)")
        }
        return token
    }
}
