// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.
#include "peer.h"
#include "../CLibcrypto/shim.h"

#include <stdlib.h>
#include <string.h>

enum { most_keys = 16, most_objects = 64 };

struct peer_key {
    BIGNUM *modulus, *exponent;
    char group[32];
    unsigned char point[256];
    size_t point_count;
};
struct peer_object {
    int key;
    unsigned char *bytes;
    const unsigned char *body, *signature;
    size_t body_count, signature_count;
    char digest[16];
};
struct peer_path {
    struct peer_key keys[most_keys];
    struct peer_object objects[most_objects];
    int key_count, object_count;
};

peer_path *peer_path_new(void) { return calloc(1, sizeof(peer_path)); }

void peer_path_free(peer_path *path) {
    if (path == NULL) return;
    for (int i = 0; i < path->key_count; i++) {
        BN_free(path->keys[i].modulus);
        BN_free(path->keys[i].exponent);
    }
    for (int i = 0; i < path->object_count; i++) free(path->objects[i].bytes);
    free(path);
}

int peer_path_add_key(peer_path *path, peer_bytes bytes, size_t count) {
    if (path->key_count >= most_keys) return 0;
    const unsigned char *position = bytes;
    X509 *certificate = d2i_X509(NULL, &position, (long)count);
    EVP_PKEY *key = certificate == NULL ? NULL : X509_get0_pubkey(certificate);
    struct peer_key *kept = &path->keys[path->key_count];
    int done = 0;
    if (key != NULL && EVP_PKEY_is_a(key, "RSA")) {
        done = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &kept->modulus) == 1 &&
               EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &kept->exponent) == 1;
    } else if (key != NULL) {
        done = EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, kept->group, sizeof kept->group, NULL) == 1 &&
               EVP_PKEY_get_octet_string_param(
                   key, OSSL_PKEY_PARAM_PUB_KEY, kept->point, sizeof kept->point, &kept->point_count) == 1;
    }
    X509_free(certificate);
    path->key_count += done;
    return done;
}

// Room for one more; nothing is counted yet.
static struct peer_object *next_object(peer_path *path, int key, const char *digest) {
    if (path->object_count >= most_objects || key >= path->key_count) return NULL;
    struct peer_object *object = &path->objects[path->object_count];
    if (strlen(digest) >= sizeof object->digest) return NULL;
    object->key = key;
    strcpy(object->digest, digest);
    return object;
}

int peer_path_add_value(
    peer_path *path, int key, const char *digest, peer_bytes body, size_t bodyCount, peer_bytes value, size_t valueCount) {
    struct peer_object *object = next_object(path, key, digest);
    if (object == NULL) return 0;
    object->bytes = malloc(bodyCount + valueCount);
    if (object->bytes == NULL) return 0;
    memcpy(object->bytes, body, bodyCount);
    memcpy(object->bytes + bodyCount, value, valueCount);
    object->body = object->bytes;
    object->body_count = bodyCount;
    object->signature = object->bytes + bodyCount;
    object->signature_count = valueCount;
    path->object_count += 1;
    return 1;
}

int peer_path_add_digest(peer_path *path, const char *digest, peer_bytes body, size_t bodyCount) {
    return peer_path_add_value(path, -1, digest, body, bodyCount, body, 0);
}

// SIGNED{}: a SEQUENCE of the body, the algorithm and a BIT STRING.
int peer_path_add_signed(peer_path *path, int key, const char *digest, peer_bytes bytes, size_t count) {
    struct peer_object *object = key < 0 ? NULL : next_object(path, key, digest);
    if (object == NULL) return 0;
    object->bytes = malloc(count);
    if (object->bytes == NULL) return 0;
    memcpy(object->bytes, bytes, count);
    const unsigned char *position = object->bytes, *start;
    long length;
    int tag, class;
    if (ASN1_get_object(&position, &length, &tag, &class, (long)count) & 0x80) return 0;
    const unsigned char *end = position + length;
    object->body = start = position;
    if (ASN1_get_object(&position, &length, &tag, &class, end - position) & 0x80) return 0;
    position += length;
    object->body_count = (size_t)(position - start);
    if (ASN1_get_object(&position, &length, &tag, &class, end - position) & 0x80) return 0;
    position += length;
    if ((ASN1_get_object(&position, &length, &tag, &class, end - position) & 0x80) || length < 2) return 0;
    object->signature = position + 1;
    object->signature_count = (size_t)length - 1;
    path->object_count += 1;
    return 1;
}

static EVP_PKEY *import_key(const struct peer_key *kept) {
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    int pushed = kept->modulus != NULL
                     ? OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, kept->modulus) == 1 &&
                           OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, kept->exponent) == 1
                     : OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, kept->group, 0) == 1 &&
                           OSSL_PARAM_BLD_push_octet_string(
                               builder, OSSL_PKEY_PARAM_PUB_KEY, kept->point, kept->point_count) == 1;
    OSSL_PARAM *parameters = pushed ? OSSL_PARAM_BLD_to_param(builder) : NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kept->modulus != NULL ? "RSA" : "EC", NULL);
    if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(parameters);
    OSSL_PARAM_BLD_free(builder);
    return key;
}

int peer_path_run(const peer_path *path) {
    EVP_PKEY *keys[most_keys] = {NULL};
    int good = 1;
    for (int i = 0; i < path->key_count; i++) {
        keys[i] = import_key(&path->keys[i]);
        if (keys[i] == NULL) good = 0;
    }
    for (int i = 0; i < path->object_count && good; i++) {
        const struct peer_object *object = &path->objects[i];
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        if (object->key < 0) {
            unsigned char value[EVP_MAX_MD_SIZE];
            EVP_MD *digest = EVP_MD_fetch(NULL, object->digest, NULL);
            good = context != NULL && EVP_DigestInit_ex2(context, digest, NULL) == 1 &&
                   EVP_DigestUpdate(context, object->body, object->body_count) == 1 &&
                   EVP_DigestFinal_ex(context, value, NULL) == 1;
            EVP_MD_free(digest);
        } else {
            good = context != NULL &&
                   EVP_DigestVerifyInit_ex(context, NULL, object->digest, NULL, NULL, keys[object->key], NULL) == 1 &&
                   EVP_DigestVerify(
                       context, object->signature, object->signature_count, object->body, object->body_count) == 1;
        }
        EVP_MD_CTX_free(context);
    }
    for (int i = 0; i < path->key_count; i++) EVP_PKEY_free(keys[i]);
    return good;
}
