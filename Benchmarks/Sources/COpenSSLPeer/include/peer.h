// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. The work of each measurement done with libcrypto alone. Every function returns 1 for success.
#ifndef PEER_H
#define PEER_H

#include <stddef.h>
#include <stdint.h>

typedef const uint8_t *_Nonnull peer_bytes;

// Bare operations: key imports from numbers that are at hand, verifications with their digests (RSA with PKCS #1 v1.5), and
// digests. Keys are numbered from 0.
typedef struct peer_path peer_path;
peer_path *_Nullable peer_path_new(void);
void peer_path_free(peer_path *_Nullable path);
int peer_path_add_key(peer_path *_Nonnull path, peer_bytes certificate, size_t count);
int peer_path_add_signed(
    peer_path *_Nonnull path, int key, const char *_Nonnull digest, peer_bytes object, size_t count);
int peer_path_add_value(
    peer_path *_Nonnull path, int key, const char *_Nonnull digest, peer_bytes body, size_t bodyCount, peer_bytes value,
    size_t valueCount);
int peer_path_add_digest(peer_path *_Nonnull path, const char *_Nonnull digest, peer_bytes body, size_t bodyCount);
int peer_path_run(const peer_path *_Nonnull path);

int peer_parse_certificate(peer_bytes bytes, size_t count);

typedef struct peer_list peer_list;
int peer_parse_list(peer_bytes bytes, size_t count);
peer_list *_Nullable peer_list_new(peer_bytes bytes, size_t count);
void peer_list_free(peer_list *_Nullable list);
int peer_list_contains(peer_list *_Nonnull list, peer_bytes serial, size_t count);

// CMS with the attributes of CAdES: one signer, a root that is trusted, lists for the whole path, a fixed time.
typedef struct peer_cms peer_cms;
peer_cms *_Nullable peer_cms_new(
    const char *_Nonnull key, peer_bytes certificate, size_t certificateCount, peer_bytes issuer, size_t issuerCount,
    peer_bytes root, size_t rootCount, int64_t time);
int peer_cms_add_list(peer_cms *_Nonnull cms, peer_bytes list, size_t count);
void peer_cms_free(peer_cms *_Nullable cms);
int peer_cms_sign(const peer_cms *_Nonnull cms, peer_bytes content, size_t count);
int peer_cms_verify(
    const peer_cms *_Nonnull cms, peer_bytes signature, size_t signatureCount, peer_bytes content, size_t count);

// A private key: digest (SHA-256) and key operation alone, and with the verification of the value beside it.
typedef struct peer_signer peer_signer;
peer_signer *_Nullable peer_signer_new(const char *_Nonnull key);
void peer_signer_free(peer_signer *_Nullable signer);
int peer_sign(const peer_signer *_Nonnull signer, peer_bytes content, size_t count);
int peer_sign_and_verify(const peer_signer *_Nonnull signer, peer_bytes content, size_t count);

// SHA-256 of bytes.
int peer_digest(peer_bytes bytes, size_t count);

// AES-256-GCM over the whole message with one tag; `output` has room for `count` octets, `tag` for 16.
int peer_gcm_seal(
    peer_bytes key, peer_bytes nonce, peer_bytes message, size_t count, uint8_t *_Nonnull output,
    uint8_t *_Nonnull tag);
int peer_gcm_open(
    peer_bytes key, peer_bytes nonce, peer_bytes message, size_t count, peer_bytes tag, uint8_t *_Nonnull output);

#endif
