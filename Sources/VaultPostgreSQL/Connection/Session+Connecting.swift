// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.

internal import CDossierPostgreSQL

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

extension Session {
    /// Connects to the first host of a cluster that answers and writes.
    ///
    /// Hosts are tried one by one, so that each has its own time limit and its own reason.
    static func connect(to cluster: ClusterAddress, wake: WakeSignal) throws(PostgreSQLError) -> Session {
        let password = try cluster.access.password()
        var reason = PostgreSQLError(.unreachable)
        var waited: Int64 = 0
        for host in cluster.hosts {
            do throws(PostgreSQLError) {
                return try connect(cluster.parameters(host, password: password), cluster.access, wake: wake)
            } catch {
                waited += error.waited
                switch (error.kind, reason.kind) {
                case (.cancelled, _), (.noResources, _): throw error
                // What a server said is worth more than that another one is silent.
                case (_, .unreachable): reason = error
                default: break
                }
            }
        }
        reason.waited = waited
        throw reason
    }

    private static func connect(
        _ parameters: [(key: String, value: String)], _ access: ClusterAccess, wake: WakeSignal
    ) throws(PostgreSQLError) -> Session {
        var keys: [UnsafePointer<CChar>?] = unsafe parameters.map { unsafe UnsafePointer(strdup($0.key)) }
        var values: [UnsafePointer<CChar>?] = unsafe parameters.map { unsafe UnsafePointer(strdup($0.value)) }
        defer {
            for index in unsafe values.indices {
                // The password is among them.
                if let value = unsafe values[index] {
                    unsafe memset(UnsafeMutablePointer(mutating: value), 0, strlen(value))
                }
                unsafe free(UnsafeMutablePointer(mutating: values[index]))
                unsafe free(UnsafeMutablePointer(mutating: keys[index]))
            }
        }
        unsafe keys.append(nil)
        unsafe values.append(nil)
        guard let connection = unsafe PQconnectStartParams(keys, values, 0) else { throw PostgreSQLError(.noResources) }
        do throws(PostgreSQLError) {
            // Then a refusal is told by its SQLSTATE, in every language.
            _ = unsafe PQsetErrorVerbosity(connection, PQERRORS_SQLSTATE)
            guard unsafe PQstatus(connection) != CONNECTION_BAD else { throw unsafe failure(connection) }
            unsafe try agree(connection, access, wake)
        } catch {
            unsafe PQfinish(connection)
            throw error
        }
        return try unsafe Session(
            adopting: connection, wake: wake, milliseconds: access.milliseconds,
            keepsStatements: access.keepsStatements)
    }

    private static func agree(
        _ connection: OpaquePointer, _ access: ClusterAccess, _ wake: WakeSignal
    ) throws(PostgreSQLError) {
        var isWriting = true
        while true {
            do throws(PostgreSQLError) {
                try wait(
                    for: unsafe PQsocket(connection), writing: isWriting, wake: wake,
                    milliseconds: access.connectMilliseconds)
            } catch {
                throw error.kind == .lost ? PostgreSQLError(.unreachable, waited: error.waited) : error
            }
            switch unsafe PQconnectPoll(connection) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: isWriting = false
            case PGRES_POLLING_WRITING: isWriting = true
            default: throw unsafe failure(connection)
            }
        }
    }

    /// Waits on this thread until a socket can be read or written.
    private static func wait(
        for socket: Int32, writing: Bool, wake: WakeSignal, milliseconds: Int32
    ) throws(PostgreSQLError) {
        guard socket >= 0 else { throw PostgreSQLError(.lost) }
        var watched = [
            pollfd(fd: socket, events: Int16(writing ? POLLOUT : POLLIN), revents: 0),
            pollfd(fd: wake.reader, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let ready = unsafe poll(&watched, 2, milliseconds)
            if ready < 0, errno == EINTR { continue }
            guard ready != 0 else { throw PostgreSQLError(.lost, waited: Int64(milliseconds)) }
            guard ready > 0 else { throw PostgreSQLError(.lost) }
            guard watched[1].revents == 0 else { throw PostgreSQLError(.cancelled) }
            return
        }
    }

    /// Why libpq did not connect. Its message names user and host and is not passed on.
    private static func failure(_ connection: OpaquePointer) -> PostgreSQLError {
        guard let text = unsafe PQerrorMessage(connection) else { return PostgreSQLError(.unreachable) }
        let message = unsafe String(cString: text)
        let words = message.split { $0.isWhitespace }
        if let state = words.last, state.utf8.count == 5, state.contains(where: \.isNumber),
            state.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isUppercase) })
        {
            return PostgreSQLError(.state(String(state)))
        }
        // libpq's own words; it speaks English unless the program asks for another language.
        // A connection that ends while TLS is agreed upon says nothing of the certificate.
        let isCut = ["SYSCALL error", "closed unexpectedly", "unexpected eof"].contains { message.contains($0) }
        if message.contains("certificate") || message.contains("SSL") && !isCut { return PostgreSQLError(.untrusted) }
        if message.contains("read-only") || message.contains("standby") { return PostgreSQLError(.readOnly) }
        if message.contains("no password supplied") { return PostgreSQLError(.state("28P01")) }
        return PostgreSQLError(.unreachable)
    }
}
