// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. The least that a client of S3 does with libcurl: one connection, one request after the other, nothing
// repeated, nothing looked at but the status.
#ifndef CCURLPEER_SHIM_H
#define CCURLPEER_SHIM_H

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    unsigned char *bytes;
    size_t count, room;
} peer_answer;

static inline size_t peer_receive(char *data, size_t size, size_t count, void *context) {
    peer_answer *answer = (peer_answer *)context;
    if (size * count > answer->room - answer->count) return 0;
    memcpy(answer->bytes + answer->count, data, size * count);
    answer->count += size * count;
    return size * count;
}

static inline CURL *peer_open(void) { return curl_easy_init(); }
static inline void peer_close(CURL *handle) { curl_easy_cleanup(handle); }

// Puts or gets an object; the status, or 0 when nothing came. `hash` is the SHA-256 of what is sent, in hexadecimal.
static inline long peer_exchange(
    CURL *handle, const char *url, const char *hash, const unsigned char *sent, size_t sent_count, unsigned char *received,
    size_t *received_count) {
    char header[128];
    peer_answer answer = {received, 0, received_count ? *received_count : 0};
    unsigned char rest[4096];
    if (!received) answer.bytes = rest, answer.room = sizeof rest;
    snprintf(header, sizeof header, "x-amz-content-sha256: %s", hash);
    struct curl_slist *headers = curl_slist_append(NULL, header);
    curl_easy_reset(handle);
    curl_easy_setopt(handle, CURLOPT_URL, url);
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, "aws:amz:us-east-1:s3");
    curl_easy_setopt(handle, CURLOPT_USERPWD, "vaultkey:vaultsecret");
    if (sent) {
        headers = curl_slist_append(headers, "Content-Type: application/octet-stream");
        curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, "PUT");
        curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)sent_count);
        curl_easy_setopt(handle, CURLOPT_POSTFIELDS, (const char *)sent);
    }
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, peer_receive);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
    long status = 0;
    if (curl_easy_perform(handle) == CURLE_OK) curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    if (received_count) *received_count = answer.count;
    return status;
}

#endif
