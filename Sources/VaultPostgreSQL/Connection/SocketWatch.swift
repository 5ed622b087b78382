// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierPostgreSQL
import Dispatch
import Synchronization

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// One thread that waits for the answers of all servers (epoll(7)), so that a wait holds no thread of its own and costs one
/// change of threads.
///
/// libpq closes its descriptor by itself when a server goes away, which takes it out of the set; each wait is registered for
/// one event only and asks for the descriptor anew.
final class SocketWatch: Sendable {
    enum Outcome: Sendable {
        case ready, late, interrupted, impossible
    }

    private struct Waiting {
        let socket: Int32
        /// The tick that ends it.
        let deadline: UInt64
        let continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var waiting: [UInt64: Waiting] = [:]
        var numbers: UInt64 = 0
        var ticks: UInt64 = 0
        /// Whether the alarm goes off at every tick; it does while anybody waits.
        var isTicking = false
    }

    /// Limits are counted in ticks of so many milliseconds, by a timer of the system: no clock is asked.
    private static let tick = 50

    private static let made = Mutex<SocketWatch?>(nil)
    private let state = Mutex(State())
    private let events: Int32
    private let alarm: Int32

    /// The one of this process, which lasts as long as it.
    static func shared() throws(PostgreSQLError) -> SocketWatch {
        let watch = made.withLock { made -> SocketWatch? in
            made = made ?? SocketWatch()
            return made
        }
        guard let watch else { throw PostgreSQLError(.noResources) }
        return watch
    }

    private init?() {
        events = epoll_create1(Int32(EPOLL_CLOEXEC))
        alarm = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK))
        guard events >= 0, alarm >= 0, dossier_pg_watch(events, alarm, EPOLLIN.rawValue, 0) == 0 else {
            if events >= 0 { close(events) }
            if alarm >= 0 { close(alarm) }
            return nil
        }
        DispatchQueue(label: "dossierkit.vault.postgresql.answers").async { self.run() }
    }

    /// Waits until a socket can be read, or written as well.
    ///
    /// - Parameter wake: Ends the wait; used by one wait at a time.
    func wait(for socket: Int32, writing: Bool, milliseconds: Int32, wake: WakeSignal) async -> Outcome {
        // The tick under way may be almost over.
        let ticks = UInt64(max(1, Int(milliseconds) / Self.tick)) + 1
        return await withCheckedContinuation { continuation in
            let number = state.withLock { state -> UInt64? in
                state.numbers += 1
                let kinds = EPOLLIN.rawValue | EPOLLONESHOT.rawValue | (writing ? EPOLLOUT.rawValue : 0)
                guard dossier_pg_watch(events, socket, kinds, state.numbers) == 0 else { return nil }
                state.waiting[state.numbers] = Waiting(
                    socket: socket, deadline: state.ticks + ticks, continuation: continuation)
                if !state.isTicking { state.isTicking = goOff(every: Self.tick) }
                return state.numbers
            }
            guard let number else { return continuation.resume(returning: .impossible) }
            // It was raised before, or whoever raises it finds the number.
            if wake.watches(number) { interrupt(number) }
        }
    }

    /// Ends a wait, if it still lasts.
    func interrupt(_ number: UInt64) {
        let waiting = state.withLock { state in
            state.waiting.removeValue(forKey: number).map { waiting in
                forget(waiting)
                return waiting
            }
        }
        waiting?.continuation.resume(returning: .interrupted)
    }

    private func run() {
        var ready = unsafe [epoll_event](repeating: epoll_event(), count: 64)
        while true {
            let count = unsafe epoll_wait(events, &ready, 64, -1)
            guard count > 0 else { continue }
            for index in 0..<min(Int(count), unsafe ready.count) {
                let number = unsafe ready[index].data.u64
                guard number > 0 else {
                    ring()
                    continue
                }
                // Without one it was given up a moment ago.
                let waiting = state.withLock { $0.waiting.removeValue(forKey: number) }
                waiting?.continuation.resume(returning: .ready)
            }
        }
    }

    /// Ends the waits whose time is over.
    private func ring() {
        var ticks: UInt64 = 0
        guard unsafe read(alarm, &ticks, 8) == 8 else { return }
        let late = state.withLock { state in
            state.ticks += ticks
            let late = state.waiting.filter { $0.value.deadline <= state.ticks }
            for (number, waiting) in late {
                state.waiting[number] = nil
                forget(waiting)
            }
            if state.waiting.isEmpty { state.isTicking = !goOff(every: 0) }
            return late.values.map(\.continuation)
        }
        for continuation in late { continuation.resume(returning: .late) }
    }

    /// - Parameter milliseconds: 0 for never.
    private func goOff(every milliseconds: Int) -> Bool {
        let time = timespec(tv_sec: 0, tv_nsec: milliseconds * 1_000_000)
        var period = itimerspec(it_interval: time, it_value: time)
        return unsafe timerfd_settime(alarm, 0, &period, nil) == 0
    }

    private func forget(_ waiting: Waiting) {
        _ = epoll_ctl(events, EPOLL_CTL_DEL, waiting.socket, nil)
    }
}
