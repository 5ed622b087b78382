// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.
#include "peer.h"

#include <libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct worker {
    pthread_t thread;
    pthread_barrier_t *barrier;
    const char *scope, *create, *append;
    PGconn *connection;
    unsigned char vault[32];
    char hex[65];
    int count, failed;
};

static void put32(unsigned char *to, uint32_t value) {
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(value >> (24 - 8 * i));
}
static void put64(unsigned char *to, uint64_t value) {
    for (int i = 0; i < 8; i++) to[i] = (unsigned char)(value >> (56 - 8 * i));
}
// An array of one element in the binary format; gives its length.
static int put_array(unsigned char *to, uint32_t type, const void *octets, uint32_t length) {
    put32(to, 1);
    put32(to + 4, 0);
    put32(to + 8, type);
    put32(to + 12, 1);
    put32(to + 16, 1);
    put32(to + 20, length);
    memcpy(to + 24, octets, length);
    return 24 + (int)length;
}

// Both statements in one round trip; whether the second gave one row that says 1.
static int round_trip(struct worker *w, const char *name, int n, const char *const *values, const int *lengths) {
    static const int binary[16] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const char *scope_values[1] = {w->hex};
    int scope_lengths[1] = {64}, scope_formats[1] = {0};
    if (!PQsendQueryPrepared(w->connection, "scope", 1, scope_values, scope_lengths, scope_formats, 1)) return 0;
    if (!PQsendQueryPrepared(w->connection, name, n, values, lengths, binary, 1)) return 0;
    if (!PQpipelineSync(w->connection)) return 0;
    int moved = 0, ends = 0;
    for (;;) {
        PGresult *result = PQgetResult(w->connection);
        if (result == NULL) {
            if (++ends > 3) return 0;
            continue;
        }
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK && ends == 1) moved = PQgetlength(result, 0, 0) == 8 && PQgetvalue(result, 0, 0)[7] == 1;
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC) return moved;
        if (status != PGRES_TUPLES_OK) return 0;
    }
}

static int one(struct worker *w, int64_t number) {
    unsigned char sequence[8], old[8], hash[32], oldhash[32], operation[16];
    unsigned char sequences[64], operations[64], entry[300], entries[400], payload[700], payloads[800];
    put64(sequence, (uint64_t)number);
    put64(old, (uint64_t)(number - 1));
    memset(hash, (int)(number & 0xff), sizeof hash);
    memset(oldhash, (int)((number - 1) & 0xff), sizeof oldhash);
    memcpy(operation, w->vault, 8);
    put64(operation + 8, (uint64_t)number);
    memset(entry, (int)(number & 0x7f), sizeof entry);
    memset(payload, (int)(number & 0x7f), sizeof payload);
    int a = put_array(sequences, 20, sequence, 8), b = put_array(operations, 17, operation, 16);
    int c = put_array(entries, 17, entry, sizeof entry), d = put_array(payloads, 17, payload, sizeof payload);
    if (number == 0) {
        const char *values[] = {(char *)w->vault, (char *)sequence, (char *)hash, (char *)sequences, (char *)operations,
                                (char *)entries, (char *)payloads};
        const int lengths[] = {32, 8, 32, a, b, c, d};
        return round_trip(w, "create", 7, values, lengths);
    }
    const char *values[] = {(char *)w->vault, (char *)sequence, (char *)hash, (char *)old, (char *)oldhash,
                            (char *)operation, (char *)sequences, (char *)operations, (char *)entries, (char *)payloads};
    const int lengths[] = {32, 8, 32, 8, 32, 16, a, b, c, d};
    return round_trip(w, "append", 10, values, lengths);
}

static int prepare(struct worker *w, const char *name, const char *sql, int n, const Oid *types) {
    PGresult *result = PQprepare(w->connection, name, sql, n, types);
    int is_good = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    return is_good;
}

static void *work(void *context) {
    struct worker *w = context;
    static const Oid create[] = {17, 20, 17, 1016, 1001, 1001, 1001};
    static const Oid append[] = {17, 20, 17, 20, 17, 17, 1016, 1001, 1001, 1001};
    static const Oid text[] = {25};
    w->failed = !(prepare(w, "scope", w->scope, 1, text) && prepare(w, "create", w->create, 7, create)
                  && prepare(w, "append", w->append, 10, append) && PQenterPipelineMode(w->connection) && one(w, 0));
    // A new connection's first statements fill the server's caches; the library's connections have done that before.
    const int64_t warm = 100;
    for (int64_t number = 1; number <= warm && !w->failed; number++) w->failed = !one(w, number);
    pthread_barrier_wait(w->barrier);
    for (int64_t number = 1; number <= w->count && !w->failed; number++) w->failed = !one(w, warm + number);
    pthread_barrier_wait(w->barrier);
    return NULL;
}

double peer_appends(const char *conninfo, const char *scope, const char *create, const char *append, int threads, int count) {
    struct worker workers[64];
    pthread_barrier_t barrier;
    if (threads < 1 || threads > 64) return -1;
    FILE *random = fopen("/dev/urandom", "rb");
    if (random == NULL) return -1;
    pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1);
    int failed = 0;
    for (int i = 0; i < threads; i++) {
        struct worker *w = &workers[i];
        memset(w, 0, sizeof *w);
        w->scope = scope, w->create = create, w->append = append, w->count = count, w->barrier = &barrier;
        failed |= fread(w->vault, 1, 32, random) != 32;
        for (int j = 0; j < 32; j++) snprintf(w->hex + 2 * j, 3, "%02x", w->vault[j]);
        w->connection = PQconnectdb(conninfo);
        failed |= PQstatus(w->connection) != CONNECTION_OK;
    }
    fclose(random);
    struct timespec start, end;
    if (!failed) {
        for (int i = 0; i < threads; i++) pthread_create(&workers[i].thread, NULL, work, &workers[i]);
        pthread_barrier_wait(&barrier);
        clock_gettime(CLOCK_MONOTONIC, &start);
        pthread_barrier_wait(&barrier);
        clock_gettime(CLOCK_MONOTONIC, &end);
        for (int i = 0; i < threads; i++) pthread_join(workers[i].thread, NULL);
    }
    for (int i = 0; i < threads; i++) {
        failed |= workers[i].failed;
        PQfinish(workers[i].connection);
    }
    pthread_barrier_destroy(&barrier);
    if (failed) return -1;
    return (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
}
