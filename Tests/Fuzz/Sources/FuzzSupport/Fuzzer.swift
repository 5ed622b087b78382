// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import CFuzzer

/// Runs libFuzzer over one parser. A trap, a failed precondition, a hang or too much memory is a finding; errors are not.
public enum Fuzzer {
    /// C calls back without a context, so the parser stands here; set once, before the only thread of the run starts.
    nonisolated(unsafe) private static var parser: ([UInt8]) throws -> Void = { _ in }

    /// Feeds inputs to a parser until libFuzzer ends the process.
    public static func run(_ parser: @escaping ([UInt8]) throws -> Void) {
        Self.parser = parser
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = CommandLine.unsafeArgv
        _ = LLVMFuzzerRunDriver(&count, &arguments) { start, count in
            try? Fuzzer.parser([UInt8](UnsafeBufferPointer(start: start, count: count)))
            return 0
        }
    }
}
