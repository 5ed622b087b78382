// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit.
#include "peer.h"
#include "../CLibcrypto/shim.h"

int peer_parse_certificate(peer_bytes bytes, size_t count) {
    const unsigned char *position = bytes;
    X509 *certificate = d2i_X509(NULL, &position, (long)count);
    X509_free(certificate);
    return certificate != NULL;
}

peer_list *peer_list_new(peer_bytes bytes, size_t count) {
    const unsigned char *position = bytes;
    return (peer_list *)d2i_X509_CRL(NULL, &position, (long)count);
}

void peer_list_free(peer_list *list) { X509_CRL_free((X509_CRL *)list); }

int peer_parse_list(peer_bytes bytes, size_t count) {
    peer_list *list = peer_list_new(bytes, count);
    peer_list_free(list);
    return list != NULL;
}

int peer_list_contains(peer_list *list, peer_bytes serial, size_t count) {
    X509_REVOKED *entry = NULL;
    ASN1_INTEGER *number = ASN1_INTEGER_new();
    int found = number != NULL && ASN1_STRING_set(number, serial, (int)count) == 1 &&
                X509_CRL_get0_by_serial((X509_CRL *)list, &entry, number) > 0;
    ASN1_INTEGER_free(number);
    return found;
}

int peer_digest(peer_bytes bytes, size_t count) {
    unsigned char value[EVP_MAX_MD_SIZE];
    size_t room = sizeof value;
    return EVP_Q_digest(NULL, "SHA2-256", NULL, bytes, count, value, &room);
}

static int gcm(int seal, peer_bytes key, peer_bytes nonce, peer_bytes message, size_t count, uint8_t *tag, uint8_t *output) {
    int written = 0, last = 0;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int good = cipher != NULL && context != NULL && EVP_CipherInit_ex2(context, cipher, key, nonce, seal, NULL) == 1 &&
               EVP_CipherUpdate(context, output, &written, message, (int)count) == 1 &&
               (seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, 16, tag) == 1) &&
               EVP_CipherFinal_ex(context, output + written, &last) == 1 &&
               (!seal || EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
    EVP_CIPHER_CTX_free(context);
    EVP_CIPHER_free(cipher);
    return good;
}

int peer_gcm_seal(peer_bytes key, peer_bytes nonce, peer_bytes message, size_t count, uint8_t *output, uint8_t *tag) {
    return gcm(1, key, nonce, message, count, tag, output);
}

int peer_gcm_open(peer_bytes key, peer_bytes nonce, peer_bytes message, size_t count, peer_bytes tag, uint8_t *output) {
    return gcm(0, key, nonce, message, count, (uint8_t *)tag, output);
}
