// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. libpq; fields named by character constants become static inline functions with the prefix `dossier_`.
#ifndef CDOSSIER_POSTGRESQL_H
#define CDOSSIER_POSTGRESQL_H

#include <libpq-fe.h>
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>

static inline const char *dossier_pg_state(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_SQLSTATE); }
// The server's own function that spoke: unlike the message it is the same in every language.
static inline const char *dossier_pg_function(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
}

// Two ends that are not inherited by other programs and never block.
static inline int dossier_pg_ends(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
}

// Registers a descriptor for events that will carry a number, or changes for what it is registered.
static inline int dossier_pg_watch(int watch, int descriptor, uint32_t events, uint64_t number) {
    struct epoll_event event = {.events = events, .data = {.u64 = number}};
    if (epoll_ctl(watch, EPOLL_CTL_MOD, descriptor, &event) == 0) return 0;
    return errno == ENOENT ? epoll_ctl(watch, EPOLL_CTL_ADD, descriptor, &event) : -1;
}

#endif
