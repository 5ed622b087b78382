// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. libcurl's easy interface; variadic functions become static inline functions with the prefix `dossier_`.
#ifndef CDOSSIER_CURL_H
#define CDOSSIER_CURL_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static inline CURLcode dossier_curl_global_init(void) { return curl_global_init(CURL_GLOBAL_DEFAULT); }
static inline CURLcode dossier_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dossier_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dossier_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dossier_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dossier_curl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode dossier_curl_set_body(CURL *handle, const unsigned char *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    // libcurl keeps its own copy, so the caller's buffer need not outlive the call.
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, count == 0 ? "" : (const char *)bytes);
}
// The caller's buffer must outlive the call that sends it: a large body is not copied.
static inline CURLcode dossier_curl_set_borrowed_body(CURL *handle, const unsigned char *bytes, size_t count) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_POSTFIELDS, count == 0 ? "" : (const char *)bytes);
}
static inline CURLcode dossier_curl_set_callbacks(
    CURL *handle, void *context, size_t (*write)(char *, size_t, size_t, void *),
    int (*progress)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t),
    curl_socket_t (*open)(void *, curlsocktype, struct curl_sockaddr *)) {
    CURLcode codes[7];
    codes[0] = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, write);
    codes[1] = curl_easy_setopt(handle, CURLOPT_WRITEDATA, context);
    codes[2] = curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, progress);
    codes[3] = curl_easy_setopt(handle, CURLOPT_XFERINFODATA, context);
    codes[4] = curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
    codes[5] = curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open);
    codes[6] = curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, context);
    for (int index = 0; index < 7; index++) {
        if (codes[index] != CURLE_OK) return codes[index];
    }
    return CURLE_OK;
}
static inline long dossier_curl_status(CURL *handle) {
    long status = 0;
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}
static inline long long dossier_curl_microseconds(CURL *handle) {
    curl_off_t time = 0;
    return curl_easy_getinfo(handle, CURLINFO_TOTAL_TIME_T, &time) == CURLE_OK ? (long long)time : 0;
}
static inline const char *dossier_curl_redirect(CURL *handle) {
    char *url = NULL;
    return curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &url) == CURLE_OK ? url : NULL;
}
static inline const char *dossier_curl_content_type(CURL *handle) {
    char *type = NULL;
    return curl_easy_getinfo(handle, CURLINFO_CONTENT_TYPE, &type) == CURLE_OK ? type : NULL;
}
// The value of a field of the newest answer; NULL when it has none, or more than one of that name.
static inline const char *dossier_curl_header(CURL *handle, const char *name) {
    struct curl_header *header = NULL;
    if (curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return NULL;
    return header->amount == 1 ? header->value : NULL;
}

// The octets of an address that libcurl is about to connect to: 4, 16, or 0 for another family. `octets` holds 16.
static inline size_t dossier_curl_address(const struct curl_sockaddr *address, unsigned char *octets) {
    if (address->family == AF_INET && address->addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in copy;
        memcpy(&copy, &address->addr, sizeof copy);
        memcpy(octets, &copy.sin_addr, 4);
        return 4;
    }
    if (address->family == AF_INET6 && address->addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 copy;
        memcpy(&copy, &address->addr, sizeof copy);
        memcpy(octets, &copy.sin6_addr, 16);
        return 16;
    }
    return 0;
}
static inline curl_socket_t dossier_curl_open_socket(const struct curl_sockaddr *address) {
#ifdef SOCK_CLOEXEC
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
    return socket(address->family, address->socktype, address->protocol);
#endif
}
static inline curl_socket_t dossier_curl_no_socket(void) { return CURL_SOCKET_BAD; }

// A thread of its own for calls that block. Returns 0 when it runs.
static inline int dossier_thread_start(void *(*body)(void *), void *context) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0) return -1;
    int code = pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (code == 0) code = pthread_create(&thread, &attributes, body, context);
    pthread_attr_destroy(&attributes);
    return code;
}
// Where threads that have nothing to do wait to be called.
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    long calls;
} dossier_bench;
static inline dossier_bench *dossier_bench_make(void) {
    dossier_bench *bench = (dossier_bench *)calloc(1, sizeof(dossier_bench));
    if (bench == NULL) return NULL;
    pthread_mutex_init(&bench->mutex, NULL);
    pthread_cond_init(&bench->condition, NULL);
    return bench;
}
static inline void dossier_bench_free(dossier_bench *bench) {
    if (bench == NULL) return;
    pthread_cond_destroy(&bench->condition);
    pthread_mutex_destroy(&bench->mutex);
    free(bench);
}
static inline void dossier_bench_call(dossier_bench *bench) {
    pthread_mutex_lock(&bench->mutex);
    bench->calls += 1;
    pthread_cond_signal(&bench->condition);
    pthread_mutex_unlock(&bench->mutex);
}
// Waits to be called, some seconds at most; whether it was.
static inline int dossier_bench_wait(dossier_bench *bench, int seconds) {
    struct timespec end;
    int called = 0, code = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += seconds;
    pthread_mutex_lock(&bench->mutex);
    while (bench->calls == 0 && code == 0) code = pthread_cond_timedwait(&bench->condition, &bench->mutex, &end);
    if (bench->calls > 0) {
        bench->calls -= 1;
        called = 1;
    }
    pthread_mutex_unlock(&bench->mutex);
    return called;
}
static inline const char *dossier_environment(const char *name) { return getenv(name); }

#endif
