// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. libpq; fields named by character constants become static inline functions with the prefix `dossier_`.
#ifndef CDOSSIER_POSTGRESQL_H
#define CDOSSIER_POSTGRESQL_H

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/socket.h>

static inline const char *dossier_pg_state(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_SQLSTATE); }
// The server's own function that spoke: unlike the message it is the same in every language.
static inline const char *dossier_pg_function(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
}

// Two ends that are not inherited by other programs and never block.
static inline int dossier_pg_ends(int ends[2]) {
#ifdef SOCK_CLOEXEC
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
#else
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return -1;
    for (int index = 0; index < 2; index++) {
        fcntl(ends[index], F_SETFD, FD_CLOEXEC);
        fcntl(ends[index], F_SETFL, O_NONBLOCK);
    }
    return 0;
#endif
}

#endif
