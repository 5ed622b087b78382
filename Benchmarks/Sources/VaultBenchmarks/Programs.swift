// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

import Foundation
import Glibc

/// Why nothing could be measured.
struct CannotMeasure: Error, CustomStringConvertible {
    let description: String
}

/// A folder on the disk that is measured, empty at the start and gone at the end.
struct Scratch {
    let path: String

    /// - Parameter parent: Must not lie in memory: syncing would cost nothing there.
    init(in parent: String) throws {
        path = "\(parent)/dossier-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let kind = try Program.run(["stat", "-f", "-c", "%T", path]).output.trimmingCharacters(
            in: .whitespacesAndNewlines)
        guard kind != "tmpfs", kind != "ramfs" else {
            throw CannotMeasure(description: "\(path) lies in memory: name a folder on a disk in DOSSIER_BENCH_FOLDER")
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func delete(_ name: String) { try? FileManager.default.removeItem(atPath: self(name)) }

    /// Octets that are free on the disk.
    var free: Int64 {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
    }
}

/// Prints a line at once, also into a pipe.
func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

/// Whether a tool of a peer is there.
func hasTool(_ name: String) -> Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
    return folders.contains { access("\($0)/\(name)", X_OK) == 0 }
}

/// What a program cost.
struct Cost {
    /// Seconds from start to end.
    let wall: Double
    /// Seconds of processor time.
    let cpu: Double
}

/// Runs programs and says what they cost.
enum Program {
    static let own = ProcessInfo.processInfo.arguments[0]

    /// Runs a program to its end; what it prints is returned with its cost.
    ///
    /// - Parameter core: The only processor that it may use.
    static func run(
        _ arguments: [String], core: Int? = nil, environment: [String: String] = [:]
    ) throws -> (output: String, cost: Cost) {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = (core.map { ["taskset", "-c", "\($0)"] } ?? []) + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let output = Pipe()
        process.standardOutput = output
        let before = childSeconds()
        let start = ContinuousClock.now
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let wall = (ContinuousClock.now - start) / .seconds(1)
        guard process.terminationStatus == 0 else {
            throw CannotMeasure(description: "\(arguments.first ?? "") ended with \(process.terminationStatus)")
        }
        return (String(decoding: data, as: UTF8.self), Cost(wall: wall, cpu: childSeconds() - before))
    }

    private static func childSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + Double(
            usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}

/// Puts what was written to a file on stable storage.
func sync(_ path: String) throws {
    let file = open(path, O_RDONLY)
    guard file >= 0, fsync(file) == 0 else { throw CannotMeasure(description: "\(path): fsync") }
    close(file)
}

/// Seconds of processor time of this process so far.
func processSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func seconds(_ body: () async throws -> Void) async throws -> Double {
    try await ContinuousClock().measure { try await body() } / .seconds(1)
}
