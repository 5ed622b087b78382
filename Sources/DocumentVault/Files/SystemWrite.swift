// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The system's call for writing, repeated until it has taken everything.
package enum SystemWrite {
    /// Gives all octets to the system; blocks.
    ///
    /// - Parameter mends: Called when the system takes the call for invalid; whether to try once more.
    /// - Returns: 0, or the number of the error.
    package static func all(
        _ octets: UnsafeRawBufferPointer, to descriptor: Int32, mending mends: () -> Bool = { false }
    ) -> Int32 {
        var done = 0
        while done < octets.count {
            let taken = unsafe write(descriptor, octets.baseAddress.map { unsafe $0 + done }, octets.count - done)
            if taken > 0 {
                done += taken
            } else if taken == 0 {
                // The system takes nothing and says no error: what was not taken must not count as written.
                return EIO
            } else if errno != EINTR, errno != EINVAL || !mends() {
                return errno
            }
        }
        return 0
    }
}
