// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierOpenSSL
import DERSyntax

/// Verifies ECDSA values over P-256 with the signer's own private key (SEC 1 v2.0 §4.1.5).
///
/// A value (r, s) over e holds under Q when r is the x-coordinate of (e/s)·G + (r/s)·Q. Whoever knows d with Q = d·G can
/// compute the same point as ((e + r·d)/s)·G: one multiplication of the generator, of which libcrypto has tables, instead of
/// that and one of a point that it sees for the first time. It accepts the same values in half of the time.
///
/// The scalar that is multiplied is the nonce of the signature and as secret as d. It meets only operations that libcrypto
/// signs with and whose time does not depend on it: Montgomery multiplication, addition of reduced numbers, multiplication
/// of the generator. What is inverted, s, is public.
// Nothing that it holds is changed after `init`; every call has a context and numbers of its own.
@safe final class PrivateKeyVerification: @unchecked Sendable {
    /// d in Montgomery form.
    private let secret: Number
    private let curve: Curve

    /// Makes the private key ready.
    ///
    /// - Parameter point: The public key, uncompressed (SEC 1 §2.3.3).
    /// - Returns: `nil` unless the key is one of P-256 that belongs to the point: only then does this accept what the public
    ///   key accepts.
    init?(_ key: OpaquePointer, point: [UInt8]) {
        defer { ERR_clear_error() }
        guard let curve = Curve.p256, let context = Context(), let secret = Number(isSecret: true) else { return nil }
        var number: OpaquePointer? = unsafe secret.pointer
        guard unsafe EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1,
            unsafe number == secret.pointer, curve.isScalar(secret), let own = curve.multiple(secret, context),
            own.uncompressed(context) == point,
            unsafe BN_to_montgomery(secret.pointer, secret.pointer, curve.montgomery, context.pointer) == 1
        else { return nil }
        (self.secret, self.curve) = (secret, curve)
    }

    /// Whether a value holds over a digest.
    ///
    /// - Parameters:
    ///   - value: DER of ECDSA-Sig-Value (RFC 3279 §2.2.3).
    ///   - digest: Of any size; of more than 32 octets the first count (SEC 1 §4.1.4 step 3).
    /// - Returns: `false` also for a malformed value, and when libcrypto fails.
    func isValid(_ value: [UInt8], overDigest digest: [UInt8]) -> Bool {
        defer { ERR_clear_error() }
        guard let (r, s) = scalars(value), let e = Number(Array(digest.prefix(32))), let context = Context(),
            let inverse = Number(), let ratio = Number(), let nonce = Number(isSecret: true)
        else { return false }
        let (n, montgomery, pool) = unsafe (curve.order, curve.montgomery, context.pointer)
        // Each product with a number in Montgomery form is an ordinary one: r := r/s, e := e/s, nonce := (r/s)·d + e/s.
        guard unsafe BN_mod_exp_mont(inverse.pointer, s.pointer, curve.inverting.pointer, n, pool, montgomery) == 1,
            unsafe BN_to_montgomery(inverse.pointer, inverse.pointer, montgomery, pool) == 1,
            unsafe BN_mod_mul_montgomery(ratio.pointer, r.pointer, inverse.pointer, montgomery, pool) == 1,
            unsafe BN_mod_mul_montgomery(e.pointer, e.pointer, inverse.pointer, montgomery, pool) == 1,
            unsafe BN_mod_mul_montgomery(nonce.pointer, ratio.pointer, secret.pointer, montgomery, pool) == 1,
            unsafe BN_mod_add_quick(nonce.pointer, nonce.pointer, e.pointer, n) == 1,
            let point = curve.multiple(nonce, context), let x = point.abscissa(context),
            unsafe BN_nnmod(x.pointer, x.pointer, n, pool) == 1
        else { return false }
        return unsafe BN_cmp(x.pointer, r.pointer) == 0
    }

    /// Two INTEGERs from 1 to n − 1.
    private func scalars(_ value: [UInt8]) -> (r: Number, s: Number)? {
        guard var reader = try? DERElement(parsing: value).reader(.sequence), let r = try? scalar(reader.next()),
            let s = try? scalar(reader.next()), (try? reader.end()) != nil
        else { return nil }
        return (r, s)
    }

    private func scalar(_ element: DERElement) throws(DERSyntaxError) -> Number? {
        let octets = try element.integerOctets()
        guard octets.count <= 33, octets[0] < 0x80, let number = Number(octets), curve.isScalar(number) else {
            return nil
        }
        return number
    }
}

/// What depends on the curve alone; never changed.
@safe private final class Curve: @unchecked Sendable {
    let order: OpaquePointer
    let montgomery: OpaquePointer
    /// n − 2: raising to it inverts modulo the prime n.
    let inverting: Number
    private let group: OpaquePointer

    static let p256 = Curve()

    private init?() {
        guard let inverting = Number(), let context = Context(),
            let group = unsafe EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)
        else { return nil }
        guard let order = unsafe EC_GROUP_get0_order(group), let montgomery = unsafe BN_MONT_CTX_new() else {
            unsafe EC_GROUP_free(group)
            return nil
        }
        unsafe self.group = group
        unsafe self.order = order
        unsafe self.montgomery = montgomery
        self.inverting = inverting
        guard unsafe BN_copy(inverting.pointer, order) != nil, unsafe BN_sub_word(inverting.pointer, 2) == 1,
            unsafe BN_MONT_CTX_set(montgomery, order, context.pointer) == 1
        else { return nil }
    }

    deinit {
        unsafe BN_MONT_CTX_free(montgomery)
        unsafe EC_GROUP_free(group)
    }

    /// Whether a number lies between 1 and n − 1.
    func isScalar(_ number: Number) -> Bool {
        unsafe BN_is_zero(number.pointer) == 0 && BN_cmp(number.pointer, order) < 0
    }

    /// A multiple of the generator.
    func multiple(_ scalar: Number, _ context: Context) -> Point? {
        guard let made = unsafe EC_POINT_new(group) else { return nil }
        let point = unsafe Point(owning: made, group)
        return unsafe EC_POINT_mul(group, made, scalar.pointer, nil, nil, context.pointer) == 1 ? point : nil
    }
}

/// A point of a curve that outlives it.
@safe private final class Point {
    private let pointer: OpaquePointer
    private let group: OpaquePointer

    init(owning pointer: OpaquePointer, _ group: OpaquePointer) {
        unsafe self.pointer = pointer
        unsafe self.group = group
    }

    deinit { unsafe EC_POINT_clear_free(pointer) }

    /// The x-coordinate; `nil` for the point at infinity.
    func abscissa(_ context: Context) -> Number? {
        guard let x = Number(),
            unsafe EC_POINT_get_affine_coordinates(group, pointer, x.pointer, nil, context.pointer) == 1
        else { return nil }
        return x
    }

    func uncompressed(_ context: Context) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: 65)
        let form = POINT_CONVERSION_UNCOMPRESSED
        return unsafe EC_POINT_point2oct(group, pointer, form, &octets, octets.count, context.pointer) == octets.count
            ? octets : nil
    }
}

/// A number; wiped when it ends.
@safe private final class Number {
    let pointer: OpaquePointer

    init?(isSecret: Bool = false) {
        guard let made = unsafe isSecret ? BN_secure_new() : BN_new() else { return nil }
        unsafe pointer = made
    }

    /// A number from its octets, big-endian.
    init?(_ octets: [UInt8]) {
        guard let made = unsafe BN_bin2bn(octets, Int32(octets.count), nil) else { return nil }
        unsafe pointer = made
    }

    deinit { unsafe BN_clear_free(pointer) }
}

/// Room for what is computed in between; wiped when it ends.
@safe private final class Context {
    let pointer: OpaquePointer

    init?() {
        guard let made = unsafe BN_CTX_secure_new() else { return nil }
        unsafe pointer = made
    }

    deinit { unsafe BN_CTX_free(pointer) }
}
