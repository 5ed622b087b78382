// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. A loop over libpq with nothing around it, which the store in PostgreSQL is measured against.
#ifndef CPOSTGRESQLPEER_H
#define CPOSTGRESQLPEER_H

#include <stdint.h>

// Every thread has a connection and a vault of its own and moves its head `count` times, each with an entry of 300 octets
// and a payload of 700, one answered before the next is sent. Connections and vaults are made before the clock starts.
// Returns seconds, or a negative number when anything was refused.
double peer_appends(const char *conninfo, const char *scope, const char *create, const char *append, int threads, int count);

#endif
