// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.
#include "peer.h"
#include "../CLibcrypto/shim.h"

#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

struct peer_signer {
    EVP_PKEY *key;
    EVP_MD *digest;
    // Ready before the clock runs.
    EVP_PKEY_CTX *signing, *verifying;
};

static EVP_PKEY_CTX *ready(const peer_signer *signer, int (*begin)(EVP_PKEY_CTX *)) {
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(signer->key, NULL);
    if (context == NULL || begin(context) != 1 ||
        (EVP_PKEY_is_a(signer->key, "RSA") && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1) ||
        EVP_PKEY_CTX_set_signature_md(context, signer->digest) != 1) {
        EVP_PKEY_CTX_free(context);
        return NULL;
    }
    return context;
}

peer_signer *peer_signer_new(const char *key) {
    peer_signer *signer = calloc(1, sizeof(peer_signer));
    if (signer == NULL) return NULL;
    BIO *text = BIO_new_mem_buf(key, (int)strlen(key));
    signer->key = PEM_read_bio_PrivateKey(text, NULL, NULL, NULL);
    BIO_free(text);
    signer->digest = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    if (signer->key != NULL) {
        signer->signing = ready(signer, EVP_PKEY_sign_init);
        signer->verifying = ready(signer, EVP_PKEY_verify_init);
    }
    if (signer->signing == NULL || signer->verifying == NULL) {
        peer_signer_free(signer);
        return NULL;
    }
    return signer;
}

void peer_signer_free(peer_signer *signer) {
    if (signer == NULL) return;
    EVP_PKEY_CTX_free(signer->signing);
    EVP_PKEY_CTX_free(signer->verifying);
    EVP_MD_free(signer->digest);
    EVP_PKEY_free(signer->key);
    free(signer);
}

int peer_sign(const peer_signer *signer, peer_bytes content, size_t count) {
    unsigned char value[1024];
    size_t room = sizeof value;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = context != NULL &&
               EVP_DigestSignInit_ex(context, NULL, "SHA2-256", NULL, NULL, signer->key, NULL) == 1 &&
               EVP_DigestSign(context, value, &room, content, count) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

int peer_sign_and_verify(const peer_signer *signer, peer_bytes content, size_t count) {
    unsigned char value[1024], digest[EVP_MAX_MD_SIZE];
    size_t room = sizeof value;
    unsigned int length = 0;
    return EVP_Digest(content, count, digest, &length, signer->digest, NULL) == 1 &&
           EVP_PKEY_sign(signer->signing, value, &room, digest, length) == 1 &&
           EVP_PKEY_verify(signer->verifying, value, room, digest, length) == 1;
}
