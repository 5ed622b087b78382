// SPDX-License-Identifier: Apache-2.0
// Part of DossierKit. libcrypto's EVP layer; function-like macros become static inline functions with the prefix `dossier_`.
#ifndef CDOSSIER_OPENSSL_H
#define CDOSSIER_OPENSSL_H

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

// OSSL_PARAM holds pointers to names and values that must outlive the call, which bridged Swift strings do not.
static inline int dossier_start_mac(EVP_MAC_CTX *context, const char *digest, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[2];
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0);
    parameters[1] = OSSL_PARAM_construct_end();
    return EVP_MAC_init(context, key, count, parameters);
}

static inline EVP_PKEY *dossier_key_from(const char *type, int selection, OSSL_PARAM *parameters) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key, selection, parameters) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(context);
    return key;
}
static inline EVP_PKEY *dossier_rsa_public_key(
    const unsigned char *modulus, size_t modulusCount, const unsigned char *exponent, size_t exponentCount) {
    EVP_PKEY *key = NULL;
    BIGNUM *n = BN_bin2bn(modulus, (int)modulusCount, NULL);
    BIGNUM *e = BN_bin2bn(exponent, (int)exponentCount, NULL);
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    if (n != NULL && e != NULL && builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1) {
        OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
        if (parameters != NULL) key = dossier_key_from("RSA", EVP_PKEY_PUBLIC_KEY, parameters);
        OSSL_PARAM_free(parameters);
    }
    OSSL_PARAM_BLD_free(builder);
    BN_free(n);
    BN_free(e);
    return key;
}
static inline EVP_PKEY *dossier_elliptic_parameters(const char *group) {
    OSSL_PARAM parameters[2];
    parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)group, 0);
    parameters[1] = OSSL_PARAM_construct_end();
    return dossier_key_from("EC", EVP_PKEY_KEY_PARAMETERS, parameters);
}
static inline EVP_PKEY *dossier_generate_rsa(unsigned int bits) { return EVP_RSA_gen(bits); }
static inline EVP_PKEY *dossier_generate_elliptic(const char *group) { return EVP_EC_gen((char *)group); }
static inline EVP_PKEY *dossier_generate_edwards(const char *name) { return EVP_PKEY_Q_keygen(NULL, NULL, name); }
static inline void dossier_OPENSSL_free(void *memory) { OPENSSL_free(memory); }
static inline STACK_OF(X509) *dossier_sk_X509_new(void) { return sk_X509_new_null(); }
static inline X509 *dossier_X509_from_der(const unsigned char *bytes, size_t count) {
    return d2i_X509(NULL, &bytes, (long)count);
}
static inline void dossier_sk_X509_push_der(STACK_OF(X509) *stack, const unsigned char *bytes, size_t count) {
    X509 *certificate = dossier_X509_from_der(bytes, count);
    if (certificate != NULL && sk_X509_push(stack, certificate) <= 0) X509_free(certificate);
}
static inline long dossier_BIO_get_mem_data(BIO *bio, char **bytes) { return BIO_get_mem_data(bio, bytes); }
static inline int dossier_sk_X509_num(const STACK_OF(X509) *stack) { return sk_X509_num(stack); }
static inline X509 *dossier_sk_X509_value(const STACK_OF(X509) *stack, int index) { return sk_X509_value(stack, index); }
static inline void dossier_sk_X509_pop_free(STACK_OF(X509) *stack) { sk_X509_pop_free(stack, X509_free); }

#endif
