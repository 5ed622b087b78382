// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation

/// What the shell or a service manager may hand over in an unusual state.
enum StandardStreams {
    /// To be called before any file is opened.
    static func prepare() {
        // A closed one would be given to the next file that is opened, and a message or result written into that. Of results
        // it must stay known that nobody has them: what is open for reading only takes none.
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            _ = open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_RDWR)
        }
        // Who stops reading must not end a command in the middle of its work; the write fails.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes all octets, also where the other side takes them slowly and the descriptor does not wait by itself.
    ///
    /// - Returns: 0, or the number of the system's error.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if taken > 0 {
                rest = rest.dropFirst(taken)
            } else if taken == 0 {
                return EIO
            } else if errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&wait, 1, -1)
            } else if errno != EINTR {
                return errno
            }
        }
        return 0
    }
}
