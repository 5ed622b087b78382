// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

public import CryptoPrimitives
public import DossierCore
public import PKIX

/// Fetches what is missing to judge certificates: issuers by caIssuers, then revocation lists and OCSP responses.
///
/// Documents name the addresses; every one passes the fetcher's guard or the operator's ``URLRemapping``. What comes back
/// is material and no trust: whoever judges checks every signature again.
public struct OnlineMaterial: Sendable {
    /// Bounds of one call of ``material(completing:trusting:having:at:)``, all requests together.
    public struct Limits: Sendable, Hashable {
        /// Most requests, repeated tries included.
        public var calls: Int
        /// Most bytes of answers.
        public var bytes: Int
        /// Longest time in milliseconds; what was found until then is returned.
        public var milliseconds: Int64
        /// Longest time of one request in milliseconds.
        public var millisecondsPerCall: Int64

        /// Makes bounds: 64 requests, 128 MiB, 60 seconds, 15 seconds for each request unless stated.
        public init(
            calls: Int = 64, bytes: Int = 128 << 20, milliseconds: Int64 = 60_000, millisecondsPerCall: Int64 = 15_000
        ) {
            self.calls = calls
            self.bytes = bytes
            self.milliseconds = milliseconds
            self.millisecondsPerCall = millisecondsPerCall
        }
    }

    private let access: ServiceAccess
    private let cache: MaterialCache
    private let nonces: (any RandomSource)?
    private let limits: Limits
    private let pause: @Sendable (Int64) async throws -> Void

    /// Makes a collector.
    ///
    /// - Parameters:
    ///   - cache: Lists and responses that still hold are taken from it.
    ///   - nonces: Gives OCSP nonces; `nil` asks without.
    ///   - pause: Waits for so many milliseconds; it bounds the time. Tests pass one that does not wait.
    public init(
        _ access: ServiceAccess, cache: MaterialCache = MaterialCache(), nonces: (any RandomSource)? = nil,
        limits: Limits = Limits(),
        pause: @escaping @Sendable (Int64) async throws -> Void = {
            try await Task.sleep(nanoseconds: UInt64(clamping: $0) &* 1_000_000)
        }
    ) {
        self.access = access
        self.cache = cache
        self.nonces = nonces
        self.limits = limits
        self.pause = pause
    }

    /// What is missing to judge certificates at an instant, as far as services give it.
    ///
    /// For each certificate in turn: issuers are fetched until a path to an anchor exists, then revocation information for
    /// every certificate below the anchor whose status is unknown or stale — for end certificates by OCSP first, for
    /// authorities by list first, and from the next address as long as the status stays so. The same is done for the OCSP
    /// responders that answered, unless their certificates say that they need no check. Nothing is asked that is known.
    ///
    /// - Parameters:
    ///   - certificates: The signers' certificates and those of time-stamp authorities.
    ///   - domains: The trust domains; addresses of anchors are not asked.
    ///   - having: What is at hand, for example from the document.
    ///   - time: The instant of judgement, normally now; services answer for the present.
    /// - Returns: What was fetched, to be merged with what was at hand, and what was not to be had. A cancelled task gets
    ///   what was found until then, and a note with `cancelled`.
    public func material(
        completing certificates: [Certificate], trusting domains: [TrustDomain], having: ValidationMaterial,
        at time: Instant
    ) async -> (material: ValidationMaterial, notes: [RetrievalNote]) {
        let budget = RetrievalBudget(access.fetcher, limits)
        let bounded = ServiceAccess(budget, remapping: access.remapping, retry: access.retry)
        func perCall(_ bytes: Int) -> HTTPRequest.Limits {
            HTTPRequest.Limits(milliseconds: limits.millisecondsPerCall, bytes: bytes)
        }
        let search = MaterialSearch(
            issuers: IssuerClient(bounded, limits: perCall(1 << 20)),
            lists: RevocationListClient(bounded, cache: cache, limits: perCall(256 << 20)),
            responders: OCSPClient(bounded, cache: cache, nonces: nonces, limits: perCall(1 << 20)), budget: budget,
            trusting: domains, having: having, at: time)
        let (pause, milliseconds) = (pause, limits.milliseconds)
        return await withTaskGroup(of: MaterialSearch?.self) { group in
            group.addTask {
                var search = search
                for certificate in certificates { await search.complete(certificate) }
                return search
            }
            group.addTask {
                if (try? await pause(milliseconds)) != nil { budget.endTime() }
                return nil
            }
            var result: MaterialSearch?
            while let ended = await group.next() {
                // Whichever came first: the search ends now, at the latest with the call that is under way.
                group.cancelAll()
                if let ended { result = ended }
            }
            return (result?.found ?? ValidationMaterial(), result?.notes ?? [])
        }
    }
}
